/** A process with a sequencer on the database of argv[2]; its log is its standard output. */
import process from 'node:process';
import pino from 'pino';
import { loadTypescript } from '../embedded/load-typescript.mjs';

const { Sequencer } = loadTypescript('../../src/events/sequencer.ts');

const sequencer = new Sequencer({ url: process.argv[2], log: pino({ level: 'debug' }) });
sequencer.start();
