package dev.cofre.hsm;

import java.util.Arrays;
import java.util.concurrent.Executor;

/** Opens one wrap. */
final class UnwrapCall extends HsmCall<byte[]> {
  final Wrap wrap;

  UnwrapCall(Wrap wrap, Lane lane, Executor executor, long submittedNs) {
    super(wrap.kekLabel(), lane, executor, submittedNs);
    this.wrap = wrap;
  }

  @Override
  byte[] ask(Hsm hsm) {
    return hsm.unwrap(wrap.kekLabel(), wrap.iv(), wrap.aad(), wrap.wrapped());
  }

  @Override
  void discard(byte[] unwanted) {
    Arrays.fill(unwanted, (byte) 0);
  }

  @Override
  Wrap proof(byte[] answered) {
    return wrap;
  }
}
