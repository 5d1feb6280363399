// NODE_OPTIONS=--import loads this file into the action, which root has started. From then on, the
// process belongs to a user without an entry in /etc/passwd, as with `runAsUser` of Kubernetes.
if (process.getuid() === 0) {
  process.setgroups([]);
  process.setgid(Number(process.env.TEST_USER));
  process.setuid(Number(process.env.TEST_USER));
}
