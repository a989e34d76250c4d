package dev.cofre.controlplane.server.investigate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.wire.ContextCondition;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.KeyVersion;
import dev.cofre.contract.snapshot.wire.KmsKey;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.PolicyConditions;
import dev.cofre.contract.snapshot.wire.PolicyStatement;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.contract.snapshot.wire.Protection;
import dev.cofre.contract.snapshot.wire.Statement;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.GeneratedLog;
import dev.cofre.controlplane.server.policy.AccessCheck;
import dev.cofre.engine.policy.PolicyEvaluator;
import dev.cofre.engine.snapshot.SnapshotState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events as data planes write them, of what does not tell whether a policy decided. */
class PolicyReplayTest {
  private static final UUID KEY = new UUID(4, 4);
  private static final UUID FOREIGN = new UUID(5, 5);
  private static final Instant NOW = Instant.ofEpochSecond(1_000_000);

  @TempDir Path directory;

  private static ByteString id(UUID id) {
    return ByteString.copyFrom(Uuids.bytes(id));
  }

  private static KmsKey key(UUID id, String tenant) {
    return KmsKey.newBuilder()
        .setId(id(id))
        .setAlias("orders")
        .setTenant(tenant)
        .setEnvironment("dev")
        .setOwner("owner")
        .setState(KeyState.KEY_STATE_ACTIVE)
        .setCurrentVersion(1)
        .setExpiresAtMs(Long.MAX_VALUE)
        .addVersions(
            KeyVersion.newBuilder()
                .setNumber(1)
                .setProtection(Protection.PROTECTION_HSM)
                .setKekLabel("kek"))
        .build();
  }

  private static Principal principal(String name, String tenant) {
    return Principal.newBuilder().setId(name).setTenant(tenant).addRoles("workload").build();
  }

  private static Policy policy(String id, Effect effect, String... actions) {
    return Policy.newBuilder()
        .setId(id)
        .setName(id)
        .setTenant("default")
        .addStatements(statement(effect, actions))
        .build();
  }

  private static PolicyStatement.Builder statement(Effect effect, String... actions) {
    return PolicyStatement.newBuilder()
        .setEffect(effect)
        .addPrincipals("shop")
        .addAllActions(List.of(actions))
        .addKeys(id(KEY));
  }

  private static Policy allow(String id, String... actions) {
    return policy(id, Effect.EFFECT_ALLOW, actions);
  }

  private static AuditEvent.Builder event(String who, String action) {
    return AuditEvent.of(NOW.minusSeconds(60), "n", "r", action).caller(who, "token", "10.0.0.1");
  }

  private static AuditEvent.Builder use(String who, String action) {
    return event(who, action).keyId(KEY).usedDataKey(1, new UUID(1, 1)).amount(1, 10);
  }

  /** What of {@code events} is told, with {@code now} in force, and {@code drafts} over them. */
  private String replay(List<Policy> now, List<Policy> drafts, AuditEvent.Builder... events)
      throws Exception {
    SnapshotState state =
        SnapshotState.NONE.apply(
            Statement.newBuilder()
                .setEpoch(1)
                .setRevision(1)
                .setDigest(
                    ByteString.copyFrom(
                        SnapshotDigest.sha256("one".getBytes(StandardCharsets.UTF_8))))
                .addKeys(key(KEY, "default"))
                .addKeys(key(FOREIGN, "other"))
                .addPrincipals(principal("shop", "default"))
                .addPrincipals(principal("stranger", "other"))
                .addAllPolicies(now)
                .build());
    AccessCheck before = AccessCheck.of(state, "default", NOW);
    PolicyEvaluator proposed = before.policy();
    if (!drafts.isEmpty()) {
      PolicyEvaluator.Editor edit = proposed.edit();
      drafts.forEach(edit::put);
      proposed = edit.done();
    }
    PolicyReplay replay =
        new PolicyReplay(before, new AccessCheck(state, proposed, "default", NOW));
    try (Archive archive = Archive.open(directory.resolve(UUID.randomUUID().toString()), 1 << 20)) {
      List<AuditEvent> log = new ArrayList<>();
      for (AuditEvent.Builder event : events) {
        log.add(event.build());
      }
      archive.take(new GeneratedLog("n").append(log));
      replay.run(archive, 0, Long.MAX_VALUE, () -> false);
    }
    long gains = sum(replay.gains());
    long losses = sum(replay.losses());
    long unknown = sum(replay.unknown());
    assertEquals(
        replay.judged(), gains + losses + unknown + replay.unchanged() + replay.untouched());
    return "gains %d, losses %d, unknown %d, unchanged %d, untouched %d, others %d, strangers %d"
        .formatted(
            gains,
            losses,
            unknown,
            replay.unchanged(),
            replay.untouched(),
            replay.others(),
            replay.strangers())
        .replaceAll("[a-z]+ 0(, )?", "")
        .replaceAll(", $", "");
  }

  private static long sum(Tally<?> tally) {
    return tally.rows().stream().mapToLong(row -> row.count().events()).sum();
  }

  @Test
  void anEncryptMayBeHalfOfAMoveBetweenEnvironments() throws Exception {
    List<Policy> encrypts = List.of(allow("p", "encrypt"));
    AuditEvent.Builder used = use("shop", "encrypt");
    AuditEvent.Builder refused = event("shop", "encrypt").key("orders").denied("forbidden");
    Policy moves =
        Policy.newBuilder()
            .setId("m")
            .setName("m")
            .setTenant("default")
            .addStatements(
                statement(Effect.EFFECT_ALLOW, "reencrypt")
                    .setFromEnvironment("prod")
                    .setEnvironment("dev"))
            .build();
    assertEquals("unchanged 1", replay(encrypts, List.of(allow("q", "decrypt")), used));
    assertEquals("unknown 1", replay(encrypts, List.of(moves), used), "proposed");
    assertEquals(
        "unknown 1",
        replay(
            List.of(encrypts.getFirst(), moves),
            List.of(moves.toBuilder().setNotAfterMs(1).build()),
            used),
        "the move may be lost");
    assertEquals(
        "unknown 1",
        replay(encrypts, List.of(allow("q", "decrypt")), refused),
        "now allows to encrypt: what was forbidden may have been the move");
    assertEquals(
        "losses 1, unchanged 1",
        replay(
            List.of(encrypts.getFirst(), moves),
            List.of(policy("p", Effect.EFFECT_DENY, "encrypt")),
            used,
            refused),
        "who may not encrypt may not move either");
  }

  @Test
  void whatIsHiddenAsAWrongCiphertextIsNotGuessed() throws Exception {
    List<Policy> none = List.of();
    List<Policy> draft = List.of(allow("p", "decrypt", "data-key:unwrap"));
    for (String action : List.of("decrypt", "data-key:unwrap")) {
      AuditEvent.Builder hidden = event("shop", action).keyId(KEY).failed("invalid_ciphertext");
      assertEquals("unknown 1", replay(none, draft, hidden), action);
      assertEquals("unchanged 1", replay(none, List.of(allow("p", "encrypt")), hidden), action);
      assertEquals("untouched 1", replay(draft, List.of(allow("q", "encrypt")), hidden), action);
      AuditEvent.Builder nameless = event("shop", action).failed("invalid_ciphertext");
      assertEquals("unknown 1", replay(none, draft, nameless), action);
      assertEquals("untouched 1", replay(draft, none, nameless), "nothing is proposed");
      assertEquals(
          "gains 1",
          replay(none, draft, event("shop", action).keyId(KEY).denied("forbidden")),
          action);
      assertEquals(
          "losses 1",
          replay(draft, List.of(policy("d", Effect.EFFECT_DENY, action)), use("shop", action)),
          action);
    }
    assertEquals(
        "others 1",
        replay(none, draft, event("shop", "encrypt").keyId(KEY).failed("invalid_ciphertext")));
  }

  @Test
  void anotherTenantIsNotJudged() throws Exception {
    List<Policy> draft = List.of(allow("p", "encrypt"));
    assertEquals(
        "",
        replay(
            List.of(),
            draft,
            event("stranger", "encrypt").key("orders").denied("key_not_found"),
            event("stranger", "encrypt").keyId(FOREIGN).usedDataKey(1, FOREIGN).amount(1, 1)));
    assertEquals(
        "unknown 1, strangers 2",
        replay(
            List.of(),
            draft,
            event("gone", "encrypt").key("orders").denied("key_not_found"),
            event("gone", "encrypt").keyId(FOREIGN).usedDataKey(1, FOREIGN).amount(1, 1),
            use("gone", "encrypt")));
  }

  @Test
  void whatNoDraftChangesIsUntouched() throws Exception {
    Policy conditional =
        Policy.newBuilder()
            .setId("p")
            .setName("p")
            .setTenant("default")
            .addStatements(
                statement(Effect.EFFECT_ALLOW, "encrypt")
                    .setConditions(
                        PolicyConditions.newBuilder()
                            .addContext(
                                ContextCondition.newBuilder().setKey("team").addValues("a"))))
            .build();
    AuditEvent.Builder used = use("shop", "encrypt").contextKeys(List.of("team"));
    assertEquals("untouched 1", replay(List.of(conditional), List.of(), used));
    assertEquals(
        "unknown 1",
        replay(List.of(conditional), List.of(conditional.toBuilder().setName("q").build()), used),
        "by statements that are others, though they say the same");
  }
}
