// Runs after the post step of the action under test, since post steps run in reverse order.
import { finish } from '../../../scripts/ci-stand-ins.ts';

await finish();
