package dev.cofre.engine.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.cofre.contract.encoding.Uuids;
import dev.cofre.contract.snapshot.SnapshotDigest;
import dev.cofre.contract.snapshot.SnapshotVerifier;
import dev.cofre.contract.snapshot.wire.Effect;
import dev.cofre.contract.snapshot.wire.KeyState;
import dev.cofre.contract.snapshot.wire.Policy;
import dev.cofre.contract.snapshot.wire.PolicyStatement;
import dev.cofre.contract.snapshot.wire.Principal;
import dev.cofre.contract.snapshot.wire.RawStatement;
import dev.cofre.contract.snapshot.wire.SignedStatement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node's first snapshot, in a process of its own with a heap of 1 GiB. */
class ColdStartTest {
  private static final int KEYS_PER_POLICY = 10;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path directory;

  @Test
  void aSmallOneIsRead() throws Exception {
    start(10_000);
  }

  @Test
  @Tag("full")
  void aMillionKeysAndAHundredThousandPoliciesAreReadInTime() throws Exception {
    start(1_000_000);
  }

  private void start(int keys) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    Path statement = directory.resolve("statement");
    Path pem = directory.resolve("key.pem");
    Files.writeString(pem, SnapshotVerifier.toPem(pair.getPublic()));
    Files.write(statement, signed(pair, keys));

    long startNs = System.nanoTime();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                ColdStart.class.getName(),
                statement.toString(),
                pem.toString(),
                "orders-of-customer-" + (keys - 1),
                "workload-" + (keys - 1) / KEYS_PER_POLICY % principals(keys))
            .redirectErrorStream(true)
            .start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), told);
    assertEquals(0, process.exitValue(), told);
    long tookMs = (System.nanoTime() - startNs) / 1_000_000;
    System.out.println(
        "cold start: "
            + Files.size(statement)
            + " bytes, process "
            + tookMs
            + " ms; keys, policies, allowed, load ms, heap MB: "
            + told.strip());
    assertTrue(told.startsWith(keys + " " + keys / KEYS_PER_POLICY + " true "), told);
    assertTrue(tookMs <= LIMIT.toMillis(), tookMs + " ms");
  }

  private static int principals(int keys) {
    return keys / 100;
  }

  private static byte[] signed(KeyPair pair, int keys) throws Exception {
    RawStatement.Builder statement =
        RawStatement.newBuilder()
            .setEpoch(1)
            .setRevision(1)
            .setDigest(ByteString.copyFrom(SnapshotDigest.sha256(new byte[1])));
    for (int i = 0; i < keys; i++) {
      statement.addKeys(
          Statements.key(
                  id(i),
                  "orders-of-customer-" + i,
                  KeyState.KEY_STATE_ACTIVE,
                  "kek-" + id(i) + "-1")
              .toByteString());
      if (i % KEYS_PER_POLICY == 0) {
        statement.addPolicies(policy(i, keys).toByteString());
      }
    }
    for (int i = 0; i < principals(keys); i++) {
      statement.addPrincipals(
          Principal.newBuilder()
              .setId("workload-" + i)
              .setTenant("default")
              .addRoles("workload")
              .build()
              .toByteString());
    }
    byte[] bytes = statement.build().toByteArray();
    Signature signature = Signature.getInstance(SnapshotVerifier.ALGORITHM);
    signature.initSign(pair.getPrivate());
    signature.update(SnapshotVerifier.signingInput(bytes));
    return SignedStatement.newBuilder()
        .setStatement(ByteString.copyFrom(bytes))
        .setSignature(ByteString.copyFrom(signature.sign()))
        .setVerificationKeyId(ByteString.copyFrom(SnapshotVerifier.keyId(pair.getPublic())))
        .build()
        .toByteArray();
  }

  private static UUID id(int number) {
    return new UUID(number * 0x9e3779b97f4a7c15L, number);
  }

  private static Policy policy(int firstKey, int keys) {
    PolicyStatement.Builder statement =
        PolicyStatement.newBuilder()
            .setEffect(Effect.EFFECT_ALLOW)
            .addPrincipals("workload-" + firstKey / KEYS_PER_POLICY % principals(keys))
            .addActions("encrypt");
    for (int i = firstKey; i < firstKey + KEYS_PER_POLICY; i++) {
      statement.addKeys(ByteString.copyFrom(Uuids.bytes(id(i))));
    }
    return Policy.newBuilder()
        .setId(id(firstKey).toString())
        .setName("policy-" + firstKey)
        .setTenant("default")
        .addStatements(statement)
        .build();
  }
}
