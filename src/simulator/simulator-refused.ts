/** What the simulator can't do, in words for whoever asked: what is wrong, and what to do. */
export class SimulatorRefused extends Error {}
