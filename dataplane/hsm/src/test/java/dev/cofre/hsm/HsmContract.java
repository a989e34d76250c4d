package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import java.nio.charset.StandardCharsets;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every HSM does; each runs it unchanged. */
abstract class HsmContract {
  static final byte[] AAD = "identity".getBytes(StandardCharsets.US_ASCII);
  private static final int THREADS = 8;
  private static final int CALLS = 50;

  /** Tests share a token, and so do the runs of this contract. */
  private final String suffix = "-" + UUID.randomUUID().toString().substring(0, 8);

  Hsm hsm;

  /** A new login. */
  abstract Hsm login();

  @BeforeEach
  void logIn() {
    hsm = login();
  }

  @AfterEach
  void logOut() {
    hsm.close();
  }

  String label(String name) {
    return name + suffix;
  }

  String kek(String name) {
    String label = label(name);
    hsm.generateKek(label);
    return label;
  }

  /** A wrap of 32 zero bytes. */
  Wrap wrap(String kek) {
    byte[] iv = KernelRandom.INSTANCE.bytes(Hsm.IV_LENGTH);
    return new Wrap(kek, iv, AAD, hsm.wrap(kek, iv, AAD, ClearKey.ofLength(32)));
  }

  byte[] unwrap(Wrap wrap) {
    return hsm.unwrap(wrap.kekLabel(), wrap.iv(), wrap.aad(), wrap.wrapped()).copy();
  }

  @Test
  void unwrapsWhatItWrapped() {
    String label = kek("round-trip");
    byte[] iv = KernelRandom.INSTANCE.bytes(Hsm.IV_LENGTH);
    for (int length : new int[] {1, 32, 64, 1_000}) {
      byte[] key = KernelRandom.INSTANCE.bytes(length);
      byte[] wrapped = hsm.wrap(label, iv, AAD, ClearKey.of(key));
      assertEquals(length + 16, wrapped.length);
      assertArrayEquals(key, hsm.unwrap(label, iv, AAD, wrapped).copy());
    }
  }

  @Test
  void authenticatesLongData() {
    String label = kek("long");
    byte[] iv = KernelRandom.INSTANCE.bytes(Hsm.IV_LENGTH);
    byte[] aad = KernelRandom.INSTANCE.bytes(40_000);
    byte[] wrapped = hsm.wrap(label, iv, aad, ClearKey.ofLength(32));
    assertArrayEquals(new byte[32], hsm.unwrap(label, iv, aad, wrapped).copy());
    aad[39_999] ^= 1;
    assertThrows(WrapRejectedException.class, () -> hsm.unwrap(label, iv, aad, wrapped));
  }

  @Test
  void refusesAnyOtherWrap() {
    Wrap good = wrap(kek("tamper"));
    for (int bit = 0; bit < good.wrapped().length * 8; bit += 7) {
      byte[] changed = good.wrapped().clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      assertRejected(new Wrap(good.kekLabel(), good.iv(), AAD, changed));
    }
    assertRejected(new Wrap(good.kekLabel(), good.iv(), new byte[] {1}, good.wrapped()));
    assertRejected(new Wrap(good.kekLabel(), new byte[12], AAD, good.wrapped()));
    assertRejected(new Wrap(kek("another"), good.iv(), AAD, good.wrapped()));
    assertRejected(new Wrap(good.kekLabel(), good.iv(), AAD, new byte[16]));
    assertArrayEquals(new byte[32], unwrap(good));
  }

  private void assertRejected(Wrap wrap) {
    assertThrows(WrapRejectedException.class, () -> unwrap(wrap));
  }

  @Test
  void destroysKeks() {
    Wrap wrap = wrap(kek("gone"));
    assertTrue(hsm.hasKek(wrap.kekLabel()));
    hsm.destroyKek(wrap.kekLabel());
    assertFalse(hsm.hasKek(wrap.kekLabel()));
    assertFalse(hsm.kekLabels().contains(wrap.kekLabel()));
    hsm.destroyKek(wrap.kekLabel());
    // A copy in a session may live on for a second.
    Conditions.await(() -> fails(() -> unwrap(wrap)));
    assertThrows(KekMissingException.class, () -> unwrap(wrap));
  }

  @Test
  void listsKeksHoweverMany() {
    Set<String> made = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      made.add(kek("listed-" + i));
    }
    assertTrue(hsm.kekLabels().containsAll(made));
    made.forEach(hsm::destroyKek);
    assertTrue(Collections.disjoint(hsm.kekLabels(), made));
  }

  static boolean fails(Runnable call) {
    try {
      call.run();
      return false;
    } catch (HsmException e) {
      return true;
    }
  }

  @Test
  void refusesALabelInUse() {
    String label = kek("twice");
    HsmException refused = assertThrows(HsmException.class, () -> hsm.generateKek(label));
    assertTrue(refused.getMessage().contains("already holds"), refused.getMessage());
  }

  @Test
  void signsWithAKeyThatStaysAndIsFoundAgain() throws Exception {
    assertTrue(hsm.signingPublicKey(label("signing")).isEmpty());
    Hsm.SigningKey key = hsm.signingKey(label("signing"));
    byte[] signature = key.sign(AAD);
    assertEquals(key.publicKey(), hsm.signingKey(label("signing")).publicKey());
    assertEquals(key.publicKey(), hsm.signingPublicKey(label("signing")).orElseThrow());

    Signature verifier = Signature.getInstance("SHA256withECDSA", "SunEC");
    verifier.initVerify(key.publicKey());
    verifier.update(AAD);
    assertTrue(verifier.verify(signature));
  }

  @Test
  void signsOnEitherCurveWithTheDigestOfItsStrength() throws Exception {
    for (SigningCurve curve : SigningCurve.values()) {
      String label = label("curve-" + curve);
      Hsm.SigningKey key = hsm.signingKey(label, curve);
      assertEquals(curve, SigningCurve.of(key.publicKey()));
      Hsm.SigningKey found = hsm.findSigningKey(label).orElseThrow();
      assertEquals(key.publicKey(), found.publicKey());
      Signature verifier = Signature.getInstance(curve.signature(), "SunEC");
      verifier.initVerify(key.publicKey());
      verifier.update(AAD);
      assertTrue(verifier.verify(found.sign(AAD)));
    }
  }

  @Test
  void aSigningKeyThatIsLookedForIsNotMadeAndOneThatWasDestroyedIsGone() {
    String label = label("looked-for");
    assertTrue(hsm.findSigningKey(label).isEmpty());
    assertTrue(hsm.findSigningKey(label).isEmpty(), "nor made by looking");
    hsm.destroySigningKey(label);
    Hsm.SigningKey key = hsm.signingKey(label, SigningCurve.P384);
    hsm.destroySigningKey(label);
    assertTrue(hsm.findSigningKey(label).isEmpty());
    assertThrows(HsmException.class, () -> key.sign(AAD));
    assertFalse(
        key.publicKey().equals(hsm.signingKey(label, SigningCurve.P256).publicKey()),
        "a later key of the label is another one");
  }

  @Test
  void manyThreadsUseManyKeys() throws Exception {
    String[] keks = {kek("many-0"), kek("many-1"), kek("many-2")};
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        int first = thread;
        tasks.add(() -> roundTrips(keks, first));
      }
      for (Future<Boolean> done : threads.invokeAll(tasks)) {
        assertTrue(done.get());
      }
    }
  }

  private boolean roundTrips(String[] keks, int first) {
    for (int i = 0; i < CALLS; i++) {
      String kek = keks[(first + i) % keks.length];
      byte[] key = KernelRandom.INSTANCE.bytes(32);
      byte[] iv = KernelRandom.INSTANCE.bytes(Hsm.IV_LENGTH);
      byte[] wrapped = hsm.wrap(kek, iv, AAD, ClearKey.of(key));
      assertArrayEquals(key, hsm.unwrap(kek, iv, AAD, wrapped).copy());
      if (i % 10 == 0) {
        wrapped[0] ^= 1;
        assertThrows(WrapRejectedException.class, () -> hsm.unwrap(kek, iv, AAD, wrapped));
      }
    }
    return true;
  }

  @Test
  void aHealedHsmWorksOn() {
    Wrap wrap = wrap(kek("healed"));
    Hsm.SigningKey signing = hsm.signingKey(label("healed-signing"));
    hsm.ping();
    hsm.heal();
    hsm.ping();
    assertArrayEquals(new byte[32], unwrap(wrap));
    assertTrue(hsm.hasKek(wrap.kekLabel()));
    assertTrue(signing.sign(AAD).length > 60);
    hsm.generateKek(label("after-healing"));
  }
}
