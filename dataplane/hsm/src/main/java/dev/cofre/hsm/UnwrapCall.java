package dev.cofre.hsm;

import java.util.concurrent.Executor;

/** Opens one wrap. */
final class UnwrapCall extends HsmCall<ClearKey> {
  final Wrap wrap;

  UnwrapCall(Wrap wrap, Lane lane, Executor executor, long submittedNs) {
    super(wrap.kekLabel(), lane, executor, submittedNs);
    this.wrap = wrap;
  }

  @Override
  ClearKey ask(Hsm hsm) {
    return hsm.unwrap(wrap.kekLabel(), wrap.iv(), wrap.aad(), wrap.wrapped());
  }

  @Override
  void discard(ClearKey unwanted) {
    unwanted.close();
  }

  @Override
  Wrap proof(ClearKey answered) {
    return wrap;
  }
}
