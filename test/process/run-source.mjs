/** Runs the source file of argv[2] as `node FILE` runs a built one, with the arguments after it. */
import process from 'node:process';
import { loadTypescript } from '../embedded/load-typescript.mjs';

process.argv.splice(1, 1);
loadTypescript(process.argv[1]);
