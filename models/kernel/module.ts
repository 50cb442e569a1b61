import { portableBase64, relaxedBase64 } from './build/recurrent.ts';

/**
 * The compiled kernels: with multiply-add in one instruction where this JavaScript engine takes relaxed SIMD (products a
 * fifth faster), else plain SIMD. Compiled in place rather than awaited, which keeps layers' construction plain: the module
 * is 15 kB, some milliseconds, and browsers allow that much on their main thread.
 */
export function compileKernels(): WebAssembly.Module {
  allowRelaxedSimd();
  const relaxed = decode(relaxedBase64);
  return WebAssembly.validate(relaxed) ? new WebAssembly.Module(relaxed) : compilePortableKernels();
}

/** The kernels in plain SIMD, for engines without the relaxed instructions; results differ in the last bits. */
export function compilePortableKernels(): WebAssembly.Module {
  return new WebAssembly.Module(decode(portableBase64));
}

/** Node 20 knows the relaxed instructions but keeps them behind a flag, which Node 22 and browsers do not. */
function allowRelaxedSimd(): void {
  if (typeof process === 'undefined' || !process.versions?.node?.startsWith('20.')) return;
  // Asked for by name at run time: an import of node:v8 would break the same file in a browser.
  process.getBuiltinModule?.('node:v8').setFlagsFromString('--experimental-wasm-relaxed-simd');
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
