// Loaded into a process by NODE_OPTIONS=--require: its user has no entry in passwd, as one that `runAsUser` of Kubernetes
// names by a number alone. Node then knows no home but that of HOME, and says so as it does here.
const os = require('node:os');
const { syncBuiltinESMExports } = require('node:module');

function missing(call) {
  return Object.assign(
    new Error(`A system error occurred: ${call} returned ENOENT (no such file or directory)`),
    {
      code: 'ERR_SYSTEM_ERROR',
    },
  );
}

os.homedir = () => {
  if (process.env.HOME === undefined) throw missing('uv_os_homedir');
  return process.env.HOME;
};
os.userInfo = () => {
  throw missing('uv_os_get_passwd');
};
syncBuiltinESMExports();
