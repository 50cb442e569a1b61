import { describe, expect, it } from 'vitest';
import { createArena } from '../../models/kernel/arena.ts';

describe('an arena', () => {
  it('hands out pieces that begin on cache lines and do not overlap', () => {
    const arena = createArena(new WebAssembly.Memory({ initial: 1 }), 1000);
    expect([arena.allocate(10), arena.allocate(64), arena.allocate(65), arena.allocate(1)]).toEqual([
      1024, 1088, 1152, 1280,
    ]);
  });

  it('uses freed room again, neighbours joined', () => {
    const arena = createArena(new WebAssembly.Memory({ initial: 1 }), 0);
    const [a, b, c] = [arena.allocate(64), arena.allocate(64), arena.allocate(64)];
    arena.free(a);
    arena.free(c);
    arena.free(b);
    expect(arena.allocate(192)).toBe(0);
  });

  it('grows by what is missing and counts what is used', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const arena = createArena(memory, 0);
    arena.allocate(65_536);
    const second = arena.allocate(100_000);
    expect(second).toBe(65_536);
    expect(arena.usage()).toEqual({ used: 165_568, total: 196_608 });
    arena.free(second);
    expect(arena.usage()).toEqual({ used: 65_536, total: 196_608 });
  });

  it('refuses to take back what it never gave', () => {
    const arena = createArena(new WebAssembly.Memory({ initial: 1 }), 0);
    expect(() => arena.free(64)).toThrow("no piece of the kernel's memory begins at 64");
  });

  it('says how much was asked for when the memory cannot grow', () => {
    const arena = createArena(new WebAssembly.Memory({ initial: 1, maximum: 2 }), 0);
    expect(() => arena.allocate(10 * 2 ** 20)).toThrow(expect.objectContaining({ code: 'KERNEL_MEMORY' }));
  });
});
