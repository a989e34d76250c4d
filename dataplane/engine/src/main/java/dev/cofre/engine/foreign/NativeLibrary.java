package dev.cofre.engine.foreign;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * A shared library that a machine may have or lack; what it lacks is null. It stays loaded.
 * Immutable.
 */
@SuppressWarnings("restricted") // the launcher enables native access
public final class NativeLibrary {
  private static final System.Logger LOG = System.getLogger(NativeLibrary.class.getName());

  private final SymbolLookup symbols;

  private NativeLibrary(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  /** Looks for {@code fileName} where the system's loader does. */
  public static NativeLibrary find(String fileName) {
    try {
      return new NativeLibrary(SymbolLookup.libraryLookup(fileName, Arena.global()));
    } catch (IllegalArgumentException e) {
      LOG.log(Level.DEBUG, "there is no " + fileName, e);
      return new NativeLibrary(null);
    }
  }

  /** Whether the machine has it. */
  public boolean isThere() {
    return symbols != null;
  }

  /** The function {@code name}; null when there is none. */
  public MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options) {
    return symbols == null
        ? null
        : symbols
            .find(name)
            .map(function -> Linker.nativeLinker().downcallHandle(function, type, options))
            .orElse(null);
  }

  /** What a call of a handle threw, to be thrown on: no native function throws anything checked. */
  public static RuntimeException failed(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException runtime ? runtime : new IllegalStateException(thrown);
  }
}
