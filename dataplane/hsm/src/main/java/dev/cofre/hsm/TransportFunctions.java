package dev.cofre.hsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The C functions that key transport needs beside {@link Pkcs11Functions}. Each returns a CK_RV.
 * Thread-safe as far as the module is.
 */
final class TransportFunctions {
  private final MethodHandle createObject;
  private final MethodHandle digestInit;
  private final MethodHandle digest;
  private final MethodHandle signInit;
  private final MethodHandle sign;
  private final MethodHandle generateKeyPair;
  private final MethodHandle wrapKey;
  private final MethodHandle unwrapKey;

  TransportFunctions(Pkcs11Functions functions) {
    createObject = functions.function(20, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS);
    digestInit = functions.function(37, JAVA_LONG, ADDRESS);
    digest = functions.function(38, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
    signInit = functions.function(42, JAVA_LONG, ADDRESS, JAVA_LONG);
    sign = functions.function(43, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
    generateKeyPair =
        functions.function(
            59, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
    wrapKey = functions.function(60, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS);
    unwrapKey =
        functions.function(
            61, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS);
  }

  long createObject(long session, Template template, MemorySegment object) {
    try {
      return (long) createObject.invokeExact(session, template.segment(), template.count(), object);
    } catch (Throwable e) {
      throw Pkcs11Functions.failure(e);
    }
  }

  /** The digest of {@code data}, with nothing of it on the heap. */
  long digest(
      long session,
      MemorySegment mechanism,
      MemorySegment data,
      MemorySegment out,
      MemorySegment outLength) {
    try {
      long result = (long) digestInit.invokeExact(session, mechanism);
      return result != CkResult.OK
          ? result
          : (long) digest.invokeExact(session, data, data.byteSize(), out, outLength);
    } catch (Throwable e) {
      throw Pkcs11Functions.failure(e);
    }
  }

  long sign(
      long session,
      MemorySegment mechanism,
      long key,
      MemorySegment data,
      MemorySegment out,
      MemorySegment outLength) {
    try {
      long result = (long) signInit.invokeExact(session, mechanism, key);
      return result != CkResult.OK
          ? result
          : (long) sign.invokeExact(session, data, data.byteSize(), out, outLength);
    } catch (Throwable e) {
      throw Pkcs11Functions.failure(e);
    }
  }

  long generateKeyPair(
      long session,
      MemorySegment mechanism,
      Template publicHalf,
      Template privateHalf,
      MemorySegment publicKey,
      MemorySegment privateKey) {
    try {
      return (long)
          generateKeyPair.invokeExact(
              session,
              mechanism,
              publicHalf.segment(),
              publicHalf.count(),
              privateHalf.segment(),
              privateHalf.count(),
              publicKey,
              privateKey);
    } catch (Throwable e) {
      throw Pkcs11Functions.failure(e);
    }
  }

  long wrapKey(
      long session,
      MemorySegment mechanism,
      long by,
      long key,
      MemorySegment out,
      MemorySegment outLength) {
    try {
      return (long) wrapKey.invokeExact(session, mechanism, by, key, out, outLength);
    } catch (Throwable e) {
      throw Pkcs11Functions.failure(e);
    }
  }

  long unwrapKey(
      long session,
      MemorySegment mechanism,
      long by,
      MemorySegment wrapped,
      Template template,
      MemorySegment key) {
    try {
      return (long)
          unwrapKey.invokeExact(
              session,
              mechanism,
              by,
              wrapped,
              wrapped.byteSize(),
              template.segment(),
              template.count(),
              key);
    } catch (Throwable e) {
      throw Pkcs11Functions.failure(e);
    }
  }
}
