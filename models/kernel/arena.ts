const ALIGNMENT = 64;
const PAGE = 65_536;

/** Hands out pieces of a WebAssembly memory and takes them back; the memory grows when no free piece is large enough. */
export type Arena = {
  /** Address of `bytes` bytes, on a cache line. Growth detaches every view of the memory: make views afterwards. */
  allocate(bytes: number): number;
  /** Takes a piece back. Throws where `address` is none that was handed out. */
  free(address: number): void;
  /** Bytes handed out now, and bytes of the memory. */
  usage(): { used: number; total: number };
};

/** Everything from `base` to the memory's end belongs to the arena. First fit; neighbours that are free are joined. */
export function createArena(memory: WebAssembly.Memory, base: number): Arena {
  const free = [{ start: roundUp(base, ALIGNMENT), end: memory.buffer.byteLength }];
  const taken = new Map<number, number>();

  function grow(bytes: number): void {
    const pages = Math.ceil(bytes / PAGE);
    const start = memory.buffer.byteLength;
    try {
      memory.grow(pages);
    } catch (cause) {
      const found = Math.round((start + pages * PAGE) / 2 ** 20);
      throw Object.assign(
        new Error(`the recurrent kernels need ${found} MiB, over the 4096 MiB of one process; use a smaller batch`, {
          cause,
        }),
        { code: 'KERNEL_MEMORY' },
      );
    }
    insert(start, start + pages * PAGE);
  }

  function insert(start: number, end: number): void {
    let at = free.findIndex((piece) => piece.start > start);
    if (at < 0) at = free.length;
    free.splice(at, 0, { start, end });
    if (free[at + 1]?.start === end) free[at].end = free.splice(at + 1, 1)[0].end;
    if (at > 0 && free[at - 1].end === start) free[at - 1].end = free.splice(at, 1)[0].end;
  }

  return {
    allocate(bytes) {
      const size = Math.max(ALIGNMENT, roundUp(bytes, ALIGNMENT));
      let piece = free.find(({ start, end }) => end - start >= size);
      if (piece === undefined) {
        grow(size);
        piece = free[free.length - 1];
      }
      const address = piece.start;
      piece.start += size;
      if (piece.start === piece.end) free.splice(free.indexOf(piece), 1);
      taken.set(address, size);
      return address;
    },
    free(address) {
      const size = taken.get(address);
      if (size === undefined) throw new Error(`no piece of the kernel's memory begins at ${address}`);
      taken.delete(address);
      insert(address, address + size);
    },
    usage() {
      let used = 0;
      for (const size of taken.values()) used += size;
      return { used, total: memory.buffer.byteLength };
    },
  };
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
