package dev.cofre.engine.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.cofre.contract.identity.ExchangedToken;
import dev.cofre.contract.identity.TokenClaims;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.SnapshotRejectedException;
import dev.cofre.contract.snapshot.SnapshotVerifier;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.engine.snapshot.SnapshotState;
import dev.cofre.engine.snapshot.Statements;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class CallersTest {
  private static final long NOW_MS = 1_800_000_000_000L;
  private static final String ADDRESS = "192.0.2.1";

  private final KeyPair installation = newKey();
  private final FailedAttempts failures = new FailedAttempts(System::nanoTime);
  private final ExchangedTokens exchanged =
      new ExchangedTokens(
          installation.getPublic(), Clock.fixed(Instant.ofEpochMilli(NOW_MS), ZoneOffset.UTC));
  private final Callers callers = new Callers(exchanged, failures);

  private static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static Principal.Builder principal(String id, long revision) {
    return Principal.newBuilder()
        .setId(id)
        .setTenant("default")
        .addRoles("workload")
        .setCredentialRevision(revision)
        .addTokenDigests(ByteString.copyFrom(SnapshotDigest.sha256(bytes(id + "-static-token"))));
  }

  private static SnapshotState state(long epoch, Principal.Builder... principals)
      throws SnapshotRejectedException {
    var statement = Statements.complete(epoch, 7, "seven");
    for (Principal.Builder principal : principals) {
      statement.addPrincipals(principal);
    }
    return SnapshotState.NONE.apply(statement.build());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static TokenClaims claims(long epoch, long revision, long expiresAtMs) {
    byte[] id = new byte[TokenClaims.ID_LENGTH];
    return new TokenClaims(epoch, revision, NOW_MS, expiresAtMs, id, "app", "idp");
  }

  private static byte[] token(TokenClaims claims, KeyPair key) {
    return bytes(
        ExchangedToken.make(
            claims,
            input -> {
              try {
                Signature signer = Signature.getInstance(SnapshotVerifier.ALGORITHM);
                signer.initSign(key.getPrivate());
                signer.update(input);
                return signer.sign();
              } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
              }
            }));
  }

  @Test
  void aSignedTokenIsVerifiedOnceAndThenKnownByItsDigest() throws Exception {
    SnapshotState state = state(1, principal("app", 3));
    byte[] token = token(claims(1, 3, NOW_MS + 1), installation);
    assertTrue(token.length <= ExchangedToken.LENGTH_MAX);
    assertNull(callers.byDigest(state, SnapshotState.tokenDigest(token)), "not verified yet");
    Identity identity = callers.byToken(state, token, ADDRESS);
    assertEquals("app", identity.principal().id());
    assertEquals("jwt", identity.authentication());
    assertEquals(identity, callers.byDigest(state, SnapshotState.tokenDigest(token)));
    assertEquals(1, exchanged.remembered());
    Identity fixed = callers.byToken(state, bytes("app-static-token"), ADDRESS);
    assertEquals("token", fixed.authentication());
  }

  @Test
  void aVerifiedTokenEndsWithWhatItNames() throws Exception {
    byte[] token = token(claims(1, 3, NOW_MS + 1), installation);
    assertNotNull(callers.byToken(state(1, principal("app", 3)), token, ADDRESS));
    assertNull(callers.byToken(state(1, principal("app", 4)), token, ADDRESS), "revoked");
    assertNull(callers.byToken(state(2, principal("app", 3)), token, ADDRESS), "restored");
    assertNull(callers.byToken(state(1, principal("other", 3)), token, ADDRESS), "removed");
    assertNotNull(callers.byToken(state(1, principal("app", 3)), token, ADDRESS));
  }

  @Test
  void whatIsForgedCutOrOverIsNobody() throws Exception {
    SnapshotState state = state(1, principal("app", 3));
    assertNull(callers.byToken(state, token(claims(1, 3, NOW_MS), installation), ADDRESS));
    assertNull(callers.byToken(state, token(claims(1, 3, NOW_MS + 1), newKey()), ADDRESS));
    byte[] good = token(claims(1, 3, NOW_MS + 1), installation);
    for (int i = 0; i < good.length; i++) {
      byte[] changed = good.clone();
      changed[i] ^= 1;
      assertNull(callers.byToken(state, changed, null), "byte " + i);
      assertNull(callers.byToken(state, java.util.Arrays.copyOf(good, i), null), "cut at " + i);
    }
    assertNull(
        callers.byToken(state, bytes(new String(good, StandardCharsets.US_ASCII) + "="), null));
    assertEquals(0, exchanged.remembered(), "what is not signed is not remembered");
    assertNull(callers.byToken(state, null, ADDRESS));
  }

  @Test
  void aSlowedAddressKeepsItsKnownTokens() throws Exception {
    SnapshotState state = state(1, principal("app", 3));
    byte[] known = token(claims(1, 3, NOW_MS + 5), installation);
    callers.byToken(state, known, ADDRESS);
    for (int i = 0; i <= FailedAttempts.BURST; i++) {
      failures.failed(ADDRESS);
    }
    assertNotNull(callers.byToken(state, known, ADDRESS));
    assertNotNull(callers.byToken(state, bytes("app-static-token"), ADDRESS));
    byte[] fresh = token(claims(1, 3, NOW_MS + 6), installation);
    assertThrows(ProblemException.class, () -> callers.byToken(state, fresh, ADDRESS));
    assertNotNull(callers.byToken(state, fresh, "192.0.2.2"), "from elsewhere it counts");
  }

  @Test
  void spiffeIdsMoveFromOnePrincipalToAnother() throws Exception {
    String id = "spiffe://example.org/a";
    SnapshotState first = state(1, principal("app", 3).addSpiffeIds(id), principal("b", 4));
    assertEquals("app", callers.bySpiffeId(first, id, ADDRESS).principal().id());
    assertNull(callers.bySpiffeId(first, id + "b", ADDRESS));
    SnapshotState moved =
        first.apply(
            Statements.delta(1, 7, "seven", 9, "nine")
                .addPrincipals(principal("b", 9).addSpiffeIds(id))
                .addPrincipals(principal("app", 8))
                .build());
    assertEquals("b", callers.bySpiffeId(moved, id, ADDRESS).principal().id());
    assertEquals("mtls", callers.bySpiffeId(moved, id, ADDRESS).authentication());
  }
}
