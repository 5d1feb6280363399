// Loaded into the action by NODE_OPTIONS=--import, as root: from then on, the process belongs to a user without an entry in
// /etc/passwd, as one that `runAsUser` of Kubernetes names by a number alone.
if (process.getuid() === 0) {
  process.setgroups([]);
  process.setgid(Number(process.env.TEST_USER));
  process.setuid(Number(process.env.TEST_USER));
}
