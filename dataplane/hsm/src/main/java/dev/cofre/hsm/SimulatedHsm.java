package dev.cofre.hsm;

import dev.cofre.contract.random.KernelRandom;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A simulator of a slow or failing HSM, for tests and benchmarks: <b>its keys are in this process
 * and no secret</b>. No configuration names it.
 *
 * <p>It wraps and unwraps with real AES-GCM, in software. A call takes one of its sessions, waiting
 * for a free one, and then the call's time.
 *
 * <p>Thread-safe; {@link #fail} takes effect at once, for calls that hang as well.
 */
public final class SimulatedHsm implements Hsm {
  private static final int TAG_BITS = 128;
  private static final long HANG_POLL_NS = 1_000_000;

  private final long callNs;
  private final Semaphore sessions;
  private final Map<String, SecretKey> keks = new ConcurrentHashMap<>();
  private final Map<String, KeyPair> signingKeys = new ConcurrentHashMap<>();
  private final LongAdder unwraps = new LongAdder();
  private final LongAdder healings = new LongAdder();
  private volatile Outage outage = Outage.NONE;

  /** What is wrong with the HSM. */
  public enum Outage {
    /** Nothing. */
    NONE,
    /** Each call fails at once. */
    ERRORS,
    /** No call returns before the outage ends. */
    HANGS,
    /** The storage is gone: there are no keys, nothing else seems wrong, and healing fails. */
    NO_KEYS,
    /** Each call fails until {@link Hsm#heal} was called, which works. */
    SESSIONS_LOST,
    /** The PIN is refused; nothing but a new object heals it. */
    PIN_REFUSED
  }

  /**
   * An HSM without keys.
   *
   * @param callTime how long each call holds its session
   * @param sessions how many calls run at once
   */
  public SimulatedHsm(Duration callTime, int sessions) {
    this.callNs = callTime.toNanos();
    this.sessions = new Semaphore(sessions);
  }

  /** Begins or, with {@link Outage#NONE}, ends an outage. */
  public void fail(Outage next) {
    outage = next;
  }

  /** How many unwraps it was asked for. */
  public long unwraps() {
    return unwraps.sum();
  }

  /** How many healings it was asked for. */
  public long healings() {
    return healings.sum();
  }

  @Override
  public void generateKek(String label, boolean exportable) {
    call();
    byte[] bytes = KernelRandom.INSTANCE.bytes(32);
    if (keks.putIfAbsent(label, new SecretKeySpec(bytes, "AES")) != null) {
      throw new HsmException("the token already holds an object with the label " + label);
    }
  }

  @Override
  public boolean hasKek(String label) {
    call();
    return outage != Outage.NO_KEYS && keks.containsKey(label);
  }

  @Override
  public Set<String> kekLabels() {
    call();
    return outage == Outage.NO_KEYS ? Set.of() : Set.copyOf(keks.keySet());
  }

  @Override
  public void destroyKek(String label) {
    call();
    keks.remove(label);
  }

  @Override
  public byte[] wrap(String kekLabel, byte[] iv, byte[] aad, ClearKey key) {
    call();
    byte[] bytes = key.copy();
    try {
      return crypt(Cipher.ENCRYPT_MODE, kekLabel, iv, aad, bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  @Override
  public ClearKey unwrap(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped) {
    unwraps.increment();
    call();
    byte[] bytes = crypt(Cipher.DECRYPT_MODE, kekLabel, iv, aad, wrapped);
    try {
      return ClearKey.of(bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private byte[] crypt(int mode, String kekLabel, byte[] iv, byte[] aad, byte[] input) {
    SecretKey kek = outage == Outage.NO_KEYS ? null : keks.get(kekLabel);
    if (kek == null) {
      throw new KekMissingException(kekLabel);
    }
    try {
      Cipher gcm = Cipher.getInstance("AES/GCM/NoPadding");
      gcm.init(mode, kek, new GCMParameterSpec(TAG_BITS, iv));
      gcm.updateAAD(aad);
      return gcm.doFinal(input);
    } catch (AEADBadTagException e) {
      throw new WrapRejectedException(e);
    } catch (GeneralSecurityException e) {
      throw new HsmException("the simulated HSM failed", e);
    }
  }

  @Override
  public SigningKey signingKey(String label, SigningCurve curve) {
    call();
    return signer(label, signingKeys.computeIfAbsent(label, absent -> newPair(curve)));
  }

  @Override
  public Optional<SigningKey> findSigningKey(String label) {
    call();
    return Optional.ofNullable(signingKeys.get(label)).map(pair -> signer(label, pair));
  }

  @Override
  public void destroySigningKey(String label) {
    call();
    signingKeys.remove(label);
  }

  private SigningKey signer(String label, KeyPair pair) {
    return new SigningKey() {
      @Override
      public PublicKey publicKey() {
        return pair.getPublic();
      }

      @Override
      public byte[] sign(byte[] message) {
        call();
        if (signingKeys.get(label) != pair) {
          throw new HsmException("the simulated HSM has no signing key " + label);
        }
        try {
          Signature signature =
              Signature.getInstance(SigningCurve.of(pair.getPublic()).signature());
          signature.initSign(pair.getPrivate());
          signature.update(message);
          return signature.sign();
        } catch (GeneralSecurityException e) {
          throw new HsmException("the simulated HSM could not sign", e);
        }
      }
    };
  }

  private static KeyPair newPair(SigningCurve curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve.standardName()));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new HsmException("the simulated HSM could not generate a key", e);
    }
  }

  @Override
  public Optional<PublicKey> signingPublicKey(String label) {
    call();
    return Optional.ofNullable(signingKeys.get(label)).map(KeyPair::getPublic);
  }

  @Override
  public void ping() {
    call();
  }

  @Override
  public void heal() {
    healings.increment();
    if (outage == Outage.SESSIONS_LOST) {
      outage = Outage.NONE;
    }
    if (outage == Outage.NO_KEYS) {
      throw new HsmException("the simulated HSM's token is gone");
    }
    call();
  }

  @Override
  public void close() {
    // It holds nothing that is to be given back.
  }

  /** Takes a session and time. */
  private void call() {
    sessions.acquireUninterruptibly();
    try {
      pause(callNs);
      while (outage == Outage.HANGS) {
        pause(HANG_POLL_NS);
      }
    } finally {
      sessions.release();
    }
    switch (outage) {
      case ERRORS -> throw new HsmException("the simulated HSM is away");
      case SESSIONS_LOST -> throw new HsmException("the simulated HSM has lost its sessions");
      case PIN_REFUSED -> throw new PinRefusedException("the simulated HSM refused the PIN");
      default -> {
        // It answers.
      }
    }
  }

  /** A device does not answer sooner because the thread that asks is interrupted. */
  private static void pause(long ns) {
    long endNs = System.nanoTime() + ns;
    boolean interrupted = false;
    for (long left = ns; left > 0; left = endNs - System.nanoTime()) {
      LockSupport.parkNanos(left);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
