import { portableBase64, relaxedBase64 } from './build/recurrent.ts';

/** One instance of the kernels and the memory that they work in. */
export type Machine = {
  readonly memory: WebAssembly.Memory;
  /** The first byte that the kernels do not use themselves. */
  readonly heapBase: number;
  /** What a door (assembly/recurrent.ts) answers to the problem that is described at `record`. */
  call(door: string, record: number): number;
  /** The same for each record, in any order, maybe at a time. */
  callAll(door: string, records: readonly number[]): void;
};

/** A machine of one thread, with a memory of its own. */
export function createMachine(module: WebAssembly.Module = compileKernels()): Machine {
  return machineOf(new WebAssembly.Instance(module, {}).exports);
}

/** What an instance exports, as a machine that does one thing after the other. */
export function machineOf(exports: WebAssembly.Exports): Machine {
  const call = (door: string, record: number) => (exports[door] as (record: number) => number)(record);
  return {
    memory: exports.memory as WebAssembly.Memory,
    heapBase: (exports.heapBase as WebAssembly.Global).value,
    call,
    callAll(door, records) {
      for (const record of records) call(door, record);
    },
  };
}

/**
 * The compiled kernels: with multiply-add in one instruction where this JavaScript engine takes relaxed SIMD (products a
 * fifth faster), else plain SIMD. Compiled in place rather than awaited, which keeps layers' construction plain: the module
 * is 15 kB, some milliseconds, and browsers allow that much on their main thread.
 */
export function compileKernels(modules: Modules = { portableBase64, relaxedBase64 }): WebAssembly.Module {
  allowRelaxedSimd();
  const relaxed = decode(modules.relaxedBase64);
  return WebAssembly.validate(relaxed) ? new WebAssembly.Module(relaxed) : compilePortableKernels(modules);
}

/** The kernels in plain SIMD, for engines without the relaxed instructions; results differ in the last bits. */
export function compilePortableKernels(modules: Modules = { portableBase64, relaxedBase64 }): WebAssembly.Module {
  return new WebAssembly.Module(decode(modules.portableBase64));
}

/** The same kernels in two dialects. */
type Modules = { readonly portableBase64: string; readonly relaxedBase64: string };

/** Node 20 knows the relaxed instructions but keeps them behind a flag, which Node 22 and browsers do not. */
function allowRelaxedSimd(): void {
  if (typeof process === 'undefined' || !process.versions?.node?.startsWith('20.')) return;
  // Asked for by name at run time: an import of node:v8 would break the same file in a browser.
  process.getBuiltinModule?.('node:v8').setFlagsFromString('--experimental-wasm-relaxed-simd');
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
