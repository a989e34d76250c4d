package dev.cofre.hsm;

import java.util.concurrent.CountDownLatch;

/** An HSM whose unwraps wait until the test lets them go. */
final class HeldHsm extends StubHsm {
  private final Hsm hsm;
  private final CountDownLatch held;

  HeldHsm(Hsm hsm, CountDownLatch held) {
    this.hsm = hsm;
    this.held = held;
  }

  @Override
  public byte[] wrap(String kekLabel, byte[] iv, byte[] aad, ClearKey key) {
    return hsm.wrap(kekLabel, iv, aad, key);
  }

  @Override
  public ClearKey unwrap(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped) {
    awaitUninterruptibly(held);
    return hsm.unwrap(kekLabel, iv, aad, wrapped);
  }

  /** A call into a device does not end because its thread is interrupted. */
  static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
