import { BadWeights } from '../bad-weights.ts'
import { Global, Instance, Storage, StoredTensor, Tuple, type Value } from './values.ts'

/**
 * Modules of Python with which a pickle gets to a shell, to other code, to the network or to the disk. No description of weights
 * names them. This list only gives the sooner and clearer sentence: what may be called is decided by the table below.
 */
const dangerous = new Set(
  `os posix nt sys subprocess shutil socket ctypes importlib imp runpy code codeop pty webbrowser commands pickle marshal
   types operator pip pydoc timeit bdb pdb torch.hub torch.jit torch.serialization`.split(/\s+/),
)

/** The few names of `builtins` that occur in real files. */
const harmlessBuiltins = new Set(
  'bool bytearray bytes complex dict float frozenset int list object set slice str tuple type'.split(' '),
)

/**
 * A class or function that a pickle names. It stays a name.
 * @throws BadWeights when nothing but an attack would name it
 */
export function globalOf(module: string, name: string): Global {
  const full = `${module}.${name}`
  const isBuiltin = module === 'builtins' || module === '__builtin__'
  if (isBuiltin ? !harmlessBuiltins.has(name) : isDangerous(full)) {
    throw new BadWeights(`it names "${full}", which has no place in a file of weights; nothing of it was executed`, {
      next: 'do not open this file with PyTorch; get the weights from a source that you trust',
    })
  }
  return new Global(isBuiltin ? `builtins.${name}` : full)
}

/** Whether a name is of one of the modules, or of a module within it. */
function isDangerous(full: string): boolean {
  const parts = full.split('.')
  return parts.some((_, i) => dangerous.has(parts.slice(0, i).join('.')))
}

/**
 * What a call in a pickle gives. Only calls of this table are understood; each makes plain data, and none runs anything.
 * @throws BadWeights that names any other function
 */
export function call(callee: Value, args: readonly Value[]): Value {
  const name = callee instanceof Global ? callee.name : 'something that is no function'
  const known = Object.hasOwn(calls, name) ? calls[name] : undefined
  if (known !== undefined) return known(args)
  throw new BadWeights(
    `it calls "${name}", which is not one of the functions that describe tensors; nothing was executed`,
    {
      next: 'save the weights alone: torch.save(model.state_dict(), "weights.pth")',
    },
  )
}

const inert =
  (className: string) =>
  (args: readonly Value[]): Instance => {
    const instance = new Instance(className)
    instance.state = new Tuple(args)
    return instance
  }

const calls: Readonly<Record<string, (args: readonly Value[]) => Value>> = {
  'collections.OrderedDict': ([pairs]) => dictionary(pairs),
  'builtins.dict': ([pairs]) => dictionary(pairs),
  'builtins.set': ([items]) => new Set(itemsOf(items)),
  'builtins.frozenset': ([items]) => new Set(itemsOf(items)),
  'builtins.list': ([items]) => [...itemsOf(items)],
  'builtins.tuple': ([items]) => new Tuple(itemsOf(items)),
  'builtins.slice': inert('builtins.slice'),
  'builtins.complex': inert('builtins.complex'),
  // How protocol 2 writes Python 3's bytes.
  '_codecs.encode': ([text]) => (typeof text === 'string' ? Uint8Array.from(text, c => c.charCodeAt(0)) : null),
  'torch.Size': ([sizes]) => sizes ?? new Tuple([]),
  'torch.device': args => (typeof args[0] === 'string' ? args[0] : null),
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_tensor_v3': args => rebuildTensor(args, args[6]),
  'torch._utils._rebuild_parameter': ([data]) => data ?? null,
  'torch._utils._rebuild_parameter_with_state': ([data]) => data ?? null,
  'torch._tensor._rebuild_from_type_v2': ([rebuild, , args]) => call(rebuild ?? null, itemsOf(args)),
  'copy_reg._reconstructor': ([type]) => instanceOf(type),
  'copyreg._reconstructor': ([type]) => instanceOf(type),
  'functools.partial': inert('functools.partial'),
  // Training scripts keep their arguments beside the weights.
  'pathlib.PosixPath': inert('pathlib.PosixPath'),
  'pathlib.WindowsPath': inert('pathlib.WindowsPath'),
  'numpy.dtype': inert('numpy.dtype'),
  'numpy.core.multiarray.scalar': inert('numpy.scalar'),
  'numpy._core.multiarray.scalar': inert('numpy.scalar'),
  'numpy.core.multiarray._reconstruct': inert('numpy.ndarray'),
  'numpy._core.multiarray._reconstruct': inert('numpy.ndarray'),
}

/** An object of any class, as its name and its state. */
export function instanceOf(type: Value | undefined): Value {
  if (!(type instanceof Global)) throw new BadWeights('it is damaged: an object has no class')
  return type.name === 'collections.OrderedDict' ? new Map() : new Instance(type.name)
}

function itemsOf(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return []
  if (value instanceof Tuple) return value.items
  if (Array.isArray(value)) return value
  throw new BadWeights('it is damaged: a list was wanted')
}

function dictionary(pairs: Value | undefined): Map<Value, Value> {
  return new Map(
    itemsOf(pairs).map(pair => {
      const [key, value] = itemsOf(pair)
      return [key ?? null, value ?? null] as const
    }),
  )
}

/** `(storage, offset, shape, strides, …)` */
function rebuildTensor(args: readonly Value[], dtype?: Value): StoredTensor {
  const [storage, offset, shape, strides] = args
  if (!(storage instanceof Storage) || offset === undefined || shape === undefined || strides === undefined) {
    throw new BadWeights('it is damaged: a tensor has no storage')
  }
  return new StoredTensor(storage, offset, shape, strides, dtype instanceof Global ? dtype.name : undefined)
}
