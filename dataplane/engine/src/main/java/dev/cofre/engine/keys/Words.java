package dev.cofre.engine.keys;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Bytes of an array, eight at a time, in the machine's order. */
final class Words {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private Words() {}

  static long get(byte[] bytes, int offset) {
    return (long) WORD.get(bytes, offset);
  }
}
