package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * The C functions of a PKCS#11 module that are used here (PKCS#11 v2.40, 64-bit Linux ABI), through
 * the module's function list. Each returns a CK_RV.
 *
 * <p>Handles are made once. Thread-safe as far as the module is.
 */
@SuppressWarnings("restricted") // calling into the vendor's library is what this class is for
final class Pkcs11Functions {
  /**
   * CK_FUNCTION_LIST: a version, padded to a pointer's length, then the functions in this order.
   */
  private static final long FIRST_FUNCTION = 8;

  private static final long FUNCTIONS = 68;

  private final MemorySegment list;
  private final MethodHandle initialize = function(0, ADDRESS);
  private final MethodHandle finish = function(1, ADDRESS);
  private final MethodHandle getSlotList = function(4, JAVA_BYTE, ADDRESS, ADDRESS);
  private final MethodHandle getTokenInfo = function(6, JAVA_LONG, ADDRESS);
  private final MethodHandle initToken = function(9, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS);
  private final MethodHandle initPin = function(10, JAVA_LONG, ADDRESS, JAVA_LONG);
  private final MethodHandle openSession =
      function(12, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS);
  private final MethodHandle closeSession = function(13, JAVA_LONG);
  private final MethodHandle getSessionInfo = function(15, JAVA_LONG, ADDRESS);
  private final MethodHandle login = function(18, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
  private final MethodHandle logout = function(19, JAVA_LONG);
  private final MethodHandle copyObject =
      function(21, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS);
  private final MethodHandle destroyObject = function(22, JAVA_LONG, JAVA_LONG);
  private final MethodHandle getAttributeValue =
      function(24, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
  private final MethodHandle setAttributeValue =
      function(25, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG);
  private final MethodHandle findObjectsInit = function(26, JAVA_LONG, ADDRESS, JAVA_LONG);
  private final MethodHandle findObjects = function(27, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS);
  private final MethodHandle findObjectsFinal = function(28, JAVA_LONG);
  private final MethodHandle encryptInit = function(29, JAVA_LONG, ADDRESS, JAVA_LONG);
  private final MethodHandle encrypt =
      function(30, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
  private final MethodHandle decryptInit = function(33, JAVA_LONG, ADDRESS, JAVA_LONG);
  private final MethodHandle decrypt =
      function(34, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
  private final MethodHandle generateKey =
      function(58, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);

  private Pkcs11Functions(MemorySegment list) {
    this.list = list; // before the handles above, which are looked up in it
    super();
  }

  /**
   * Loads {@code library}.
   *
   * @throws IllegalArgumentException when it is no shared library or no PKCS#11 module
   */
  static Pkcs11Functions load(Path library) {
    MemorySegment getFunctionList =
        SymbolLookup.libraryLookup(library, Arena.global())
            .find("C_GetFunctionList")
            .orElseThrow(() -> new IllegalArgumentException("no C_GetFunctionList"));
    MethodHandle get =
        Linker.nativeLinker()
            .downcallHandle(getFunctionList, FunctionDescriptor.of(JAVA_LONG, ADDRESS));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocate(ADDRESS);
      long result = (long) get.invokeExact(pointer);
      CkResult.check(result, "the PKCS#11 module's functions cannot be listed");
      long length = FIRST_FUNCTION + FUNCTIONS * ADDRESS.byteSize();
      return new Pkcs11Functions(pointer.get(ADDRESS, 0).reinterpret(length));
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  /** The function at {@code index} of the module's list. */
  MethodHandle function(int index, MemoryLayout... arguments) {
    return Linker.nativeLinker()
        .downcallHandle(
            list.get(ADDRESS, FIRST_FUNCTION + index * ADDRESS.byteSize()),
            FunctionDescriptor.of(JAVA_LONG, arguments));
  }

  long initialize(MemorySegment arguments) {
    try {
      return (long) initialize.invokeExact(arguments);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long finish() {
    try {
      return (long) finish.invokeExact(MemorySegment.NULL);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long getSlotList(byte tokenPresent, MemorySegment slots, MemorySegment count) {
    try {
      return (long) getSlotList.invokeExact(tokenPresent, slots, count);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long getTokenInfo(long slot, MemorySegment info) {
    try {
      return (long) getTokenInfo.invokeExact(slot, info);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long initToken(long slot, MemorySegment pin, long pinLength, MemorySegment label) {
    try {
      return (long) initToken.invokeExact(slot, pin, pinLength, label);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long initPin(long session, MemorySegment pin, long pinLength) {
    try {
      return (long) initPin.invokeExact(session, pin, pinLength);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long openSession(long slot, long flags, MemorySegment handle) {
    try {
      return (long)
          openSession.invokeExact(slot, flags, MemorySegment.NULL, MemorySegment.NULL, handle);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long closeSession(long session) {
    try {
      return (long) closeSession.invokeExact(session);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long getSessionInfo(long session, MemorySegment info) {
    try {
      return (long) getSessionInfo.invokeExact(session, info);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long login(long session, long user, MemorySegment pin, long pinLength) {
    try {
      return (long) login.invokeExact(session, user, pin, pinLength);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long logout(long session) {
    try {
      return (long) logout.invokeExact(session);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long copyObject(
      long session, long object, MemorySegment template, long count, MemorySegment copy) {
    try {
      return (long) copyObject.invokeExact(session, object, template, count, copy);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long destroyObject(long session, long object) {
    try {
      return (long) destroyObject.invokeExact(session, object);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long getAttributeValue(long session, long object, MemorySegment template, long count) {
    try {
      return (long) getAttributeValue.invokeExact(session, object, template, count);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long setAttributeValue(long session, long object, MemorySegment template, long count) {
    try {
      return (long) setAttributeValue.invokeExact(session, object, template, count);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long findObjectsInit(long session, MemorySegment template, long count) {
    try {
      return (long) findObjectsInit.invokeExact(session, template, count);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long findObjects(long session, MemorySegment objects, long max, MemorySegment count) {
    try {
      return (long) findObjects.invokeExact(session, objects, max, count);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long findObjectsFinal(long session) {
    try {
      return (long) findObjectsFinal.invokeExact(session);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long encryptInit(long session, MemorySegment mechanism, long key) {
    try {
      return (long) encryptInit.invokeExact(session, mechanism, key);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long encrypt(
      long session, MemorySegment data, long length, MemorySegment out, MemorySegment outLength) {
    try {
      return (long) encrypt.invokeExact(session, data, length, out, outLength);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long decryptInit(long session, MemorySegment mechanism, long key) {
    try {
      return (long) decryptInit.invokeExact(session, mechanism, key);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long decrypt(
      long session, MemorySegment data, long length, MemorySegment out, MemorySegment outLength) {
    try {
      return (long) decrypt.invokeExact(session, data, length, out, outLength);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  long generateKey(
      long session,
      MemorySegment mechanism,
      MemorySegment template,
      long count,
      MemorySegment key) {
    try {
      return (long) generateKey.invokeExact(session, mechanism, template, count, key);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  static RuntimeException failure(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException runtime ? runtime : new IllegalStateException(thrown);
  }
}
