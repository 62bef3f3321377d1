import { cpus } from 'node:os';
import { difference, machineCpu, postgresCpu, processCpuExactly, type CpuMs } from './cpu';

/** Who takes part in a measurement. */
export interface Participants {
  /** The process that is measured; null when it is PostgreSQL alone, or this one. */
  node: number | null;
  /** Null where there is no PostgreSQL. */
  postmaster: number | null;
  /** The process of the clients; null where there are none. */
  clients: number | null;
}

/** What a window has cost. Milliseconds of CPU; null where it can't be read. */
export interface Spent {
  nodeCpuMs: CpuMs;
  postgresCpuMs: CpuMs;
  /** Share of the CPU of all cores that went to other programs. */
  otherLoad: number | null;
}

/** Begins to watch; the function that it gives ends that and tells what was spent. */
export function watchCpu({ node, postmaster, clients }: Participants): () => Spent {
  const read = () => ({
    node: node === null ? null : processCpuExactly(node),
    postgres: postgresCpu(postmaster),
    clients: clients === null ? null : processCpuExactly(clients),
    own: processCpuExactly(process.pid),
    machine: machineCpu(),
  });
  const began = performance.now();
  const before = read();
  return () => {
    const after = read();
    const available = (performance.now() - began) * cpus().length;
    const spent = (who: keyof typeof before) => difference(after[who], before[who]);
    const ours = [spent('own')];
    if (node !== null) ours.push(spent('node'));
    if (postmaster !== null) ours.push(spent('postgres'));
    if (clients !== null) ours.push(spent('clients'));
    const machine = spent('machine');
    const isKnown = machine !== null && ours.every((value) => value !== null);
    const others = isKnown && ours.reduce<number>((rest, value) => rest - value, machine);
    return {
      nodeCpuMs: spent('node'),
      postgresCpuMs: spent('postgres'),
      otherLoad: others === false ? null : Math.max(0, others) / available,
    };
  };
}
