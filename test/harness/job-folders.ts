import * as fs from 'node:fs';
import { dirname, join } from 'node:path';

/** The folders that a job has on its machine, and docker's configuration in the home folder. */
export class JobFolders {
  /** The folder that the others are in. */
  directory: string;
  home: string;
  runnerTemp: string;

  constructor(directory: string) {
    this.directory = directory;
    this.home = join(directory, 'home');
    this.runnerTemp = join(directory, 'temp');

    for (const name of ['home', 'temp', 'run']) {
      fs.mkdirSync(join(directory, name), { mode: 0o700 });
    }
  }

  /** Writes a file below the home folder, which only its user can read. Returns its path. */
  writeHome(name: string, content: string) {
    const file = join(this.home, name);
    fs.mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(file, content, { mode: 0o600 });

    return file;
  }

  /** Writes docker's configuration, as other jobs and people have left it. Returns its path. */
  writeDockerConfig(config: object) {
    return this.writeHome('.docker/config.json', JSON.stringify(config));
  }

  /** The logins in docker's configuration, by host; empty if there is none. */
  dockerLogins(directory = join(this.home, '.docker')): Record<string, { auth?: string }> {
    const file = join(directory, 'config.json');
    if (!fs.existsSync(file)) return {};

    return JSON.parse(fs.readFileSync(file, 'utf8')).auths ?? {};
  }

  /** The hosts of the logins in docker's configuration, sorted. */
  loggedIn(directory?: string) {
    return Object.keys(this.dockerLogins(directory)).sort();
  }
}
