package dev.cofre.hsm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What every back end does with a real token: logins, losses of them, guarded keys. */
abstract class TokenContract extends HsmContract {
  abstract HsmConfig config();

  /** A fresh copy of the token's PIN. */
  abstract Pin pin();

  @Override
  final Hsm login() {
    return Pkcs11Hsm.login(config(), pin());
  }

  @Test
  void findsKeysAgainAfterALogin() {
    Wrap wrap = wrap(kek("kept"));
    hsm.close();
    hsm = login();
    assertArrayEquals(new byte[32], unwrap(wrap));
  }

  @Test
  void findsKeysThatAnotherLoginMade() {
    try (Hsm other = login()) {
      other.generateKek(label("theirs"));
      assertTrue(hsm.hasKek(label("theirs")));
      assertArrayEquals(new byte[32], unwrap(wrap(label("theirs"))));
    }
  }

  @Test
  void aLoginThatMeetsTheDestructionOfKeysSucceeds() throws Exception {
    List<Hsm> logins = new ArrayList<>();
    try (var threads = Executors.newSingleThreadExecutor()) {
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 20; i++) {
          hsm.generateKek(label("going-" + i));
        }
        Future<?> destruction =
            threads.submit(
                () -> {
                  for (int i = 0; i < 20; i++) {
                    hsm.destroyKek(label("going-" + i));
                  }
                });
        do {
          logins.add(login());
        } while (!destruction.isDone());
        destruction.get();
      }
    } finally {
      // Not before: a close logs the whole process out.
      logins.forEach(Hsm::close);
    }
  }

  @Test
  void usesKeysThatWereMadeLaterAndNotThoseThatWereDestroyed() {
    try (Hsm other = login()) {
      for (int i = 0; i < 3; i++) {
        other.generateFreshKek(label("later-" + i), false);
        Wrap wrap = wrap(label("later-" + i));
        assertArrayEquals(new byte[32], unwrap(wrap));
        byte[] broken = wrap.wrapped().clone();
        broken[0] ^= 1;
        assertThrows(
            WrapRejectedException.class,
            () -> hsm.unwrap(wrap.kekLabel(), wrap.iv(), wrap.aad(), broken));
      }
      hsm.destroyKek(label("later-1"));
      assertFalse(other.hasKek(label("later-1")));
      assertThrows(KekMissingException.class, () -> wrapped(other, label("never-made")));
      assertArrayEquals(new byte[32], unwrap(wrap(label("later-2"))));
    }
  }

  private static byte[] wrapped(Hsm hsm, String label) {
    try (ClearKey key = ClearKey.of(new byte[32])) {
      return hsm.wrap(label, new byte[Hsm.IV_LENGTH], AAD, key);
    }
  }

  @Test
  void keyBytesCannotBeReadOut() {
    unwrap(wrap(kek("unreadable")));
    List<KekProof.Finding> findings;
    try (Pin pin = pin()) {
      findings = KekProof.run(config(), pin);
    }
    assertTrue(findings.stream().anyMatch(one -> one.label().equals(label("unreadable"))));
    for (KekProof.Finding finding : findings) {
      assertFalse(finding.readable(), finding.label());
      assertTrue(finding.guarded(), finding.label());
    }
  }

  @Test
  void aSigningKeyIsFoundThatAnotherLoginMade() {
    try (Hsm other = login()) {
      String label = label("their-signing");
      assertTrue(hsm.findSigningKey(label).isEmpty());
      Hsm.SigningKey made = other.signingKey(label, SigningCurve.P384);
      Hsm.SigningKey found = hsm.findSigningKey(label).orElseThrow();
      assertEquals(made.publicKey(), found.publicKey());
      assertTrue(found.sign(AAD).length > 60);
    }
  }

  @Test
  void signingKeysAreMadeAndDestroyedAtTheSameTime() throws Exception {
    var threads = Executors.newFixedThreadPool(2, Thread.ofPlatform().daemon().factory());
    try {
      List<Future<?>> works = new ArrayList<>();
      for (int thread = 0; thread < 2; thread++) {
        String label = label("at-once-" + thread);
        works.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < 10; round++) {
                    hsm.signingKey(label);
                    hsm.destroySigningKey(label);
                  }
                }));
      }
      for (Future<?> work : works) {
        work.get(60, TimeUnit.SECONDS);
      }
    } catch (TimeoutException e) {
      // Nothing closes one whose threads wait for each other.
      hsm = login();
      throw e;
    } finally {
      threads.shutdownNow();
    }
  }

  /** As the token itself says of the private key, which is asked for its bytes, too. */
  @Test
  void signingKeysCannotBeReadOut() {
    for (SigningCurve curve : SigningCurve.values()) {
      String label = label("guarded-" + curve);
      hsm.signingKey(label, curve);
      Cryptoki cryptoki = Cryptoki.load(config());
      long slot = cryptoki.slotOf(config());
      cryptoki
          .module()
          .call(
              () -> {
                try (Pin pin = pin();
                    Arena arena = Arena.ofConfined();
                    Cryptoki.Session session = cryptoki.login(slot, pin)) {
                  byte[] id = label.getBytes(StandardCharsets.UTF_8);
                  long key = new TokenKeys(session, slot).findPrivateKey(id).orElseThrow();
                  assertTrue(flag(session, arena, key, Template.CKA_SENSITIVE));
                  assertTrue(flag(session, arena, key, Template.CKA_PRIVATE));
                  assertFalse(flag(session, arena, key, Template.CKA_EXTRACTABLE));
                  Template value = new Template(arena).room(Template.CKA_VALUE, 256);
                  long result =
                      session
                          .functions()
                          .getAttributeValue(session.handle(), key, value.segment(), 1);
                  assertNotEquals(CkResult.OK, result);
                  return true;
                }
              });
    }
  }

  /** Else it could be used until the process ends, whatever became of the token's. */
  @Test
  void noCopyOfASigningKeyIsLeftInASession() {
    String label = label("no-copy");
    hsm.signingKey(label);
    assertFalse(hasPrivateKeyOfASession());
    assertTrue(hsm.signingKey(label).sign(AAD).length > 60);
  }

  private boolean hasPrivateKeyOfASession() {
    Cryptoki cryptoki = Cryptoki.load(config());
    long slot = cryptoki.slotOf(config());
    return cryptoki
        .module()
        .call(
            () -> {
              try (Pin pin = pin();
                  Arena arena = Arena.ofConfined();
                  Cryptoki.Session session = cryptoki.login(slot, pin)) {
                Template wanted =
                    new Template(arena)
                        .number(Template.CKA_CLASS, Template.CKO_PRIVATE_KEY)
                        .flag(Template.CKA_TOKEN, false);
                return new TokenKeys(session, slot).find(wanted).isPresent();
              }
            });
  }

  private static boolean flag(Cryptoki.Session session, Arena arena, long key, long type) {
    Template value = new Template(arena).room(type, 1);
    long result = session.functions().getAttributeValue(session.handle(), key, value.segment(), 1);
    assertEquals(CkResult.OK, result);
    return value.first().get(ValueLayout.JAVA_BYTE, 0) != 0;
  }

  /** The login is the process's: whoever logs out does so for all. */
  private void logOutTheProcess() {
    login().close();
  }

  @Test
  void logsInAgainWhenItWasLoggedOut() {
    Wrap wrap = wrap(kek("logged-out"));
    Hsm.SigningKey signing = hsm.signingKey(label("logged-out-signing"));
    logOutTheProcess();
    assertArrayEquals(new byte[32], unwrap(wrap));
    logOutTheProcess();
    assertEquals(48, wrap(wrap.kekLabel()).wrapped().length);
    logOutTheProcess();
    assertTrue(signing.sign(AAD).length > 60);
    logOutTheProcess();
    assertTrue(hsm.hasKek(wrap.kekLabel()));
    logOutTheProcess();
    hsm.ping();
  }

  @Test
  void aSigningKeyThatWasHalfMadeWhenItsProcessEndedIsMadeAnew() throws Exception {
    String label = label("half-made");
    PublicKey lost = hsm.signingKey(label).publicKey();
    for (int round = 0; round < 2; round++) {
      destroyCertificate(label);
      hsm.close();
      hsm = login();
      Hsm.SigningKey key = hsm.signingKey(label);
      assertNotEquals(lost, key.publicKey());
      Signature verifier = Signature.getInstance("SHA256withECDSA", "SunEC");
      verifier.initVerify(key.publicKey());
      verifier.update(AAD);
      assertTrue(verifier.verify(key.sign(AAD)));
      lost = key.publicKey();
    }
  }

  /** What kill -9 leaves behind between the two objects of a signing key. */
  private void destroyCertificate(String label) {
    Cryptoki cryptoki = Cryptoki.load(config());
    long slot = cryptoki.slotOf(config());
    cryptoki
        .module()
        .call(
            () -> {
              try (Pin pin = pin();
                  Cryptoki.Session session = cryptoki.login(slot, pin)) {
                TokenKeys keys = new TokenKeys(session, slot);
                keys.destroy(keys.findAny(label).orElseThrow());
                assertFalse(keys.isTaken(label));
                return true;
              }
            });
  }

  @Test
  void aLogoutFailsNoneOfTheThreadsThatMeetItAtOnce() throws Exception {
    Wrap wrap = wrap(kek("logged-out-together"));
    List<Callable<Object>> calls =
        List.of(
            () -> hsm.hasKek(wrap.kekLabel()),
            () -> hsm.hasKek(label("nobody's")),
            () -> hsm.kekLabels().size(),
            () -> unwrap(wrap).length,
            () -> {
              hsm.ping();
              return true;
            });
    try (var threads = Executors.newFixedThreadPool(calls.size())) {
      for (int round = 0; round < 200; round++) {
        logOutTheProcess();
        for (Future<Object> call : threads.invokeAll(calls)) {
          call.get();
        }
      }
    }
  }

  @Test
  void anotherLoginsHealingIsNoticed() {
    Wrap wrap = wrap(kek("healed-by-another"));
    Hsm.SigningKey signing = hsm.signingKey(label("healed-by-another-signing"));
    try (Hsm other = login()) {
      for (int i = 0; i < 5; i++) {
        other.heal();
        assertArrayEquals(new byte[32], unwrap(wrap));
        assertTrue(signing.sign(AAD).length > 60);
      }
    }
  }

  @Test
  void callsSurviveHealings() throws Exception {
    Wrap wrap = wrap(kek("busy"));
    AtomicBoolean stop = new AtomicBoolean();
    AtomicBoolean wrong = new AtomicBoolean();
    Thread busy =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!stop.get()) {
                    try {
                      unwrap(wrap);
                    } catch (WrapRejectedException e) {
                      wrong.set(true);
                    } catch (HsmException e) {
                      Thread.onSpinWait();
                    }
                  }
                });
    for (int i = 0; i < 20; i++) {
      hsm.heal();
      assertArrayEquals(new byte[32], unwrap(wrap));
    }
    stop.set(true);
    busy.join();
    assertFalse(wrong.get(), "a restart is not the ciphertext's fault");
  }

  @Test
  void aPinThatWasRefusedIsNeverTriedAgain() {
    Pin pin = pin();
    try (Hsm once = Pkcs11Hsm.login(config(), pin)) {
      char right = pin.chars()[0];
      pin.chars()[0] = '!';
      logOutTheProcess();

      HsmException first = awaitFailure(once);
      assertTrue(first.getMessage().contains("refused the PIN"), first.getMessage());

      // If the token were asked, it would say yes now.
      pin.chars()[0] = right;
      HsmException second = assertThrows(HsmException.class, once::ping);
      assertEquals(first.getMessage(), second.getMessage());
      assertThrows(HsmException.class, () -> once.generateKek("never"));
      assertThrows(HsmException.class, () -> once.hasKek("never"));
      assertThrows(HsmException.class, () -> once.signingKey("never"));
      assertThrows(HsmException.class, once::heal);
      assertNotSame(second, assertThrows(HsmException.class, once::ping));
    }
  }

  /** A provider may believe in its login for a few milliseconds before it looks again. */
  private static HsmException awaitFailure(Hsm hsm) {
    HsmException[] failure = new HsmException[1];
    Conditions.await(
        () -> {
          try {
            hsm.ping();
            return false;
          } catch (HsmException e) {
            failure[0] = e;
            return true;
          }
        });
    return failure[0];
  }

  @Test
  void aWrongPinIsRefusedWithANextStep() {
    hsm.close();
    try (Pin wrong = pin()) {
      wrong.chars()[0] = '!';
      HsmException refused =
          assertThrows(HsmException.class, () -> Pkcs11Hsm.login(config(), wrong));
      assertTrue(refused.getMessage().contains("hsm.pinFile"), refused.getMessage());
    }
    hsm = login();
  }

  @Test
  void noPinIsTriedAfterTheClose() {
    Wrap wrap = wrap(kek("closed"));
    hsm.close();
    assertClosed(assertThrows(HsmException.class, hsm::ping));
    assertClosed(assertThrows(HsmException.class, hsm::heal));
    assertClosed(assertThrows(HsmException.class, () -> unwrap(wrap)));
    assertClosed(assertThrows(HsmException.class, () -> wrap(wrap.kekLabel())));
  }

  private static void assertClosed(HsmException failure) {
    assertEquals("the HSM connection is closed", failure.getMessage());
  }
}
