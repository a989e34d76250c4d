package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.random.KernelRandom;
import dev.cofre.contract.transport.RecipientKey;
import dev.cofre.contract.transport.WrappingAlgorithm;
import dev.cofre.controlplane.domain.ImportJob;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyMaterial;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.domain.approval.ApprovalRequestId;
import dev.cofre.controlplane.domain.approval.ApprovalState;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.hsm.Conditions;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.KekMissingException;
import dev.cofre.hsm.KeyTransport;
import dev.cofre.hsm.OtherSide;
import dev.cofre.hsm.SoftHsmToken;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports whose control plane died, at each step: what it had written is written by hand. */
class ImportRestartTest {
  private static final String OFFICER = "crypto-officer";

  @TempDir Path directory;
  private final byte[] material = KernelRandom.INSTANCE.bytes(32);

  private record Begun(JsonObject job, JsonObject document, ApprovalRequestId approval) {
    KeyTransport.WrappingKey key() {
      return new KeyTransport.WrappingKey(
          RecipientKey.ofPem(job.getString("publicKey")).orElseThrow(),
          WrappingAlgorithm.valueOf(job.getString("wrappingAlgorithm")),
          KeyTransport.Through.valueOf(job.getString("unwrappedThrough")));
    }

    String label() {
      return ImportJob.label(UUID.fromString(job.getString("id")));
    }

    byte[] wrapped() {
      return Base64.getDecoder().decode(document.getString("wrappedMaterial"));
    }
  }

  private Begun begin(TestPlane plane) throws Exception {
    HttpResponse<String> made = plane.post(OFFICER, "/v1/imports");
    JsonObject job = new JsonObject(made.body());
    assertEquals(201, made.statusCode(), made.body());
    byte[] wrapped =
        OtherSide.wrap(
            WrappingAlgorithm.valueOf(job.getString("wrappingAlgorithm")),
            RecipientKey.ofPem(job.getString("publicKey")).orElseThrow().key(),
            material);
    JsonObject document =
        new JsonObject()
            .put("wrappedMaterial", Base64.getEncoder().encodeToString(wrapped))
            .put("keyCheckValue", OtherSide.keyCheckValue(material))
            .put("key", new JsonObject(TestPlane.keyDocument("brought")));
    HttpResponse<String> asked =
        plane.post(
            OFFICER,
            "/v1/imports/" + job.getString("id") + "/complete",
            document.encode(),
            Map.of());
    assertEquals(202, asked.statusCode(), asked.body());
    return new Begun(
        job,
        document,
        new ApprovalRequestId(
            "default", UUID.fromString(new JsonObject(asked.body()).getString("id"))));
  }

  /** Killed after the KEK was placed in the HSM, before it was committed. */
  @Test
  void aHalfImportedKeyIsTakenBackAndTheApprovedImportRunsOnce() throws Exception {
    try (TestPlane plane = TestPlane.in(directory)) {
      Begun begun = begin(plane);
      plane.plane.close();
      UUID half = UUID.randomUUID();
      String label = KmsKey.kekLabel(half, 1);
      try (Store store = Store.open(plane.location(), Clock.systemUTC());
          Hsm hsm = SoftHsmToken.login()) {
        leaveHalf(store, half, begun);
        hsm.transport().importKek(begun.label(), begun.key(), begun.wrapped(), label, false);
        assertTrue(hsm.hasKek(label));
      }
      plane.start();
      awaitDone(plane, begun);
      JsonObject key = new JsonObject(plane.get(OFFICER, "/v1/keys/brought").body());
      assertEquals("IMPORTED", key.getString("origin"));
      try (Hsm hsm = SoftHsmToken.login()) {
        Set<String> labels = hsm.kekLabels();
        assertTrue(!labels.contains(label), "the half one is gone");
        assertTrue(labels.contains(KmsKey.kekLabel(UUID.fromString(key.getString("id")), 1)));
      }
      awaitPairGone(begun);
    }
  }

  private static void leaveHalf(Store store, UUID id, Begun begun) {
    String check = begun.document.getString("keyCheckValue");
    Map<String, Object> document = begun.document.getJsonObject("key").getMap();
    store.change(
        tx -> {
          KeyDraft draft = KeyDraft.read(document, "default", Instant.now()).imported();
          tx.halfMade().insertKey(id, draft, Stamp.created(tx.now(), OFFICER));
          KeyVersion version =
              new KeyVersion(
                  1,
                  Protection.HSM,
                  KmsKey.kekLabel(id, 1),
                  tx.now(),
                  OFFICER,
                  KeyMaterial.imported("HSM", false, check));
          tx.halfMade().insertVersion(id, version, "a-dead-instance");
          tx.approvals()
              .move(begun.approval, ApprovalState.PENDING, ApprovalState.APPROVED, "somebody");
          tx.approvals().claim(begun.approval, "a-dead-instance");
          return null;
        });
  }

  private static void awaitDone(TestPlane plane, Begun begun) {
    Conditions.await(
        () -> {
          JsonObject request = json(plane, "/v1/approvals/" + begun.approval);
          assertTrue(!"FAILED".equals(request.getString("state")), request::encode);
          return "DONE".equals(request.getString("state"));
        });
    JsonObject job = json(plane, "/v1/imports/" + begun.job.getString("id"));
    assertEquals("DONE", job.getString("state"));
  }

  private static JsonObject json(TestPlane plane, String path) {
    try {
      return new JsonObject(plane.get("auditor", path).body());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void awaitPairGone(Begun begun) {
    try (Hsm hsm = SoftHsmToken.login()) {
      Conditions.await(
          () -> {
            try {
              hsm.transport().check(begun.label(), begun.key(), begun.wrapped());
              return false;
            } catch (KekMissingException e) {
              return true;
            }
          });
    }
  }

  /** Killed after the commit, before the pair was destroyed. */
  @Test
  void aPairThatIsOfNoUseIsDestroyed() throws Exception {
    try (TestPlane plane = TestPlane.in(directory)) {
      Begun begun = begin(plane);
      plane.plane.close();
      try (Store store = Store.open(plane.location(), Clock.systemUTC())) {
        store.change(
            tx -> {
              UUID id = UUID.fromString(begun.job.getString("id"));
              ImportJob job = tx.imports().find("default", id).orElseThrow();
              assertTrue(tx.imports().end(job, ImportJob.State.DONE, null, OFFICER));
              return null;
            });
      }
      plane.start();
      awaitPairGone(begun);
    }
  }

  /** Killed after the pair was made, before anybody was told of it. */
  @Test
  void aPairThatNobodyWasToldOfIsDestroyedWhenItsTimeIsOver() throws Exception {
    UUID id = UUID.randomUUID();
    try (TestPlane plane = TestPlane.in(directory)) {
      plane.plane.close();
      try (Store store = Store.open(plane.location(), Clock.systemUTC());
          Hsm hsm = SoftHsmToken.login()) {
        store.change(
            tx -> {
              tx.imports().insert(id, "default", OFFICER);
              return null;
            });
        KeyTransport.WrappingKey key =
            hsm.transport().makeWrappingKey(ImportJob.label(id), 3_072, java.util.Optional.empty());
        Begun left =
            new Begun(
                new JsonObject()
                    .put("id", id.toString())
                    .put("publicKey", key.publicKey().pem())
                    .put("wrappingAlgorithm", key.algorithm().name())
                    .put("unwrappedThrough", key.through().name()),
                new JsonObject()
                    .put(
                        "wrappedMaterial",
                        Base64.getEncoder()
                            .encodeToString(
                                OtherSide.wrap(key.algorithm(), key.publicKey().key(), material))),
                null);
        hsm.transport().check(left.label(), left.key(), left.wrapped());
        plane.start();
        plane.clock.advance(ImportJob.VALIDITY.plusMinutes(1));
        awaitPairGone(left);
        assertEquals(
            404, plane.get(OFFICER, "/v1/imports/" + id).statusCode(), "nobody was told of it");
      }
    }
  }
}
