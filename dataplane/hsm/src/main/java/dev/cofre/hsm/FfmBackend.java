package dev.cofre.hsm;

import java.security.GeneralSecurityException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * AES-GCM by the module's own C functions: a call takes an idle session, or opens one. There are as
 * many as there were calls at once, which is the number of the gateway's threads.
 *
 * <p>Thread-safe.
 */
final class FfmBackend implements WrapBackend {
  private final Cryptoki cryptoki;
  private final long slot;
  private final KekHandles handles;
  private final Deque<GcmSession> idle = new ConcurrentLinkedDeque<>();
  private volatile boolean closed;

  FfmBackend(Cryptoki cryptoki, long slot, KekHandles handles) {
    this.cryptoki = cryptoki;
    this.slot = slot;
    this.handles = handles;
  }

  @Override
  public byte[] encrypt(String kekLabel, byte[] iv, byte[] aad, ClearKey key) {
    GcmSession session = take();
    boolean healthy = false;
    try {
      byte[] output = session.encrypt(kekLabel, iv, aad, key);
      healthy = true;
      return output;
    } catch (KekMissingException e) {
      healthy = true;
      throw e;
    } finally {
      giveBack(session, healthy);
    }
  }

  @Override
  public ClearKey decrypt(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped)
      throws GeneralSecurityException {
    GcmSession session = take();
    boolean healthy = false;
    try {
      ClearKey output = session.decrypt(kekLabel, iv, aad, wrapped);
      healthy = true;
      return output;
    } catch (KekMissingException | UnverifiedWrap e) {
      healthy = true;
      throw e;
    } finally {
      giveBack(session, healthy);
    }
  }

  private GcmSession take() {
    GcmSession session = idle.poll();
    if (session != null) {
      return session;
    }
    try {
      return new GcmSession(cryptoki.open(slot), slot, handles);
    } catch (HsmException e) {
      throw new TokenFailure(e.getMessage());
    }
  }

  private void giveBack(GcmSession session, boolean healthy) {
    if (!healthy || closed) {
      session.close();
    } else {
      idle.push(session);
      if (closed) {
        closeIdle();
      }
    }
  }

  @Override
  public void forget(String kekLabel) {
    // Each session asks for itself, within a second.
  }

  @Override
  public void close() {
    closed = true;
    closeIdle();
  }

  private void closeIdle() {
    GcmSession session = idle.poll();
    while (session != null) {
      session.close();
      session = idle.poll();
    }
  }
}
