package dev.cofre.controlplane.server.retention;

import dev.cofre.contract.audit.AuditEvent;
import dev.cofre.contract.audit.seal.ChainReport;
import dev.cofre.contract.audit.seal.LogVerifier;
import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.transparency.NoteKey;
import dev.cofre.controlplane.domain.AuditHold;
import dev.cofre.controlplane.domain.AuditRetention;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyMaterial;
import dev.cofre.controlplane.domain.KeyState;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.Origin;
import dev.cofre.controlplane.domain.Protection;
import dev.cofre.controlplane.domain.Stamp;
import dev.cofre.controlplane.server.archive.Archive;
import dev.cofre.controlplane.server.archive.GeneratedLog;
import dev.cofre.controlplane.server.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A real archive of a made-up log, and what a test does to it. Not thread-safe. */
final class RetentionFixture {
  /** The time of the first event. */
  static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00.123456789Z");

  static final int SEGMENT_BYTES = 1_024;
  private static final Stamp STAMP = Stamp.created(Instant.parse("2026-01-01T00:00:00Z"), "keeper");

  final Path directory;
  final Archive archive;
  final GeneratedLog log;
  final Store store;
  final SoftwareSigner signer;
  final List<String> witnessed = new ArrayList<>();
  final List<SignedHead> heads = new ArrayList<>();
  Readers readers = (origin, end) -> Optional.empty();
  int daysMin = 1;

  /** When its segments are written; null: on the days of their events. */
  Instant archivedAt;

  /** What all events name as key; null: its id. */
  String subject;

  /** A time that a test moves. */
  static final class MovedClock extends Clock {
    private Instant now = BEGIN;

    void set(Instant to) {
      now = to;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  RetentionFixture(Path directory, Store store) throws Exception {
    this(directory.resolve("archive"), store, new GeneratedLog("n1"), new SoftwareSigner());
  }

  private RetentionFixture(Path directory, Store store, GeneratedLog log, SoftwareSigner signer)
      throws IOException {
    this.directory = directory;
    this.archive = Archive.open(directory, SEGMENT_BYTES);
    this.log = log;
    this.store = store;
    this.signer = signer;
  }

  /** The same with the archive opened anew. */
  RetentionFixture reopened() throws IOException {
    return new RetentionFixture(directory, store, log, signer);
  }

  Path folder() {
    return directory.resolve("node-n1");
  }

  /** Archives {@code days} batches of 20 events, one batch a day, each a segment. */
  void archive(int days, Optional<UUID> key, String principal) throws Exception {
    for (int i = 0; i < days; i++) {
      long day = log.size() / 20;
      List<AuditEvent> events = new ArrayList<>();
      for (int n = 0; n < 20; n++) {
        AuditEvent.Builder event =
            AuditEvent.of(
                    BEGIN.plus(Duration.ofDays(day)).plusSeconds(n), "n1", day + "." + n, "encrypt")
                .caller(principal, "token", "192.0.2.1");
        // As data planes name it, and as the control plane does.
        key.ifPresent(id -> set(event, id, day % 2 == 0));
        if (subject != null) {
          event.key(subject);
        }
        events.add(event.build());
      }
      var records = log.append(events);
      archive.keepKey(log.origin, records.key());
      archive.take(records);
      heads.add(records.head());
      date(folder(), archivedAt == null ? BEGIN.plus(Duration.ofDays(day)) : archivedAt);
    }
  }

  /** As if what was just written to {@code folder} were of {@code time}. */
  static void date(Path folder, Instant time) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        if (Files.getLastModifiedTime(file).toInstant().isAfter(time)) {
          Files.setLastModifiedTime(file, FileTime.from(time));
        }
      }
    }
  }

  private static void set(AuditEvent.Builder event, UUID id, boolean isText) {
    if (isText) {
      event.key(id.toString());
    } else {
      event.keyId(id);
    }
  }

  Retention retention() {
    return retention(signer);
  }

  Retention retention(RemovalSigner by) {
    return new Retention(
        archive,
        store,
        readers,
        by,
        (action, subject, phase) -> witnessed.add(action.wireName() + " " + subject),
        daysMin);
  }

  /** Removes all that is due. */
  int removeAll() {
    Retention retention = retention();
    int all = 0;
    int more;
    do {
      more = retention.removeDue();
      all += more;
    } while (more > 0);
    return all;
  }

  void set(int noKeyDays, Map<DataClass, Integer> days) {
    store.change(
        tx -> {
          tx.auditRetention().put(new AuditRetention(days, noKeyDays, STAMP));
          return null;
        });
  }

  void hold(String name, Map<String, Object> about) {
    Map<String, Object> document = new HashMap<>(about);
    document.put("name", name);
    document.put("reason", "a case");
    store.change(
        tx -> {
          tx.auditHolds().insert(AuditHold.read(document, STAMP));
          return null;
        });
  }

  void lift(String name) {
    store.change(
        tx -> {
          AuditHold hold = tx.auditHolds().find(name).orElseThrow();
          tx.auditHolds().lift(hold.lifted(tx.now(), "officer"));
          return null;
        });
  }

  UUID key(String alias, DataClass dataClass) {
    UUID id = UUID.randomUUID();
    KeyDraft draft =
        new KeyDraft(
            alias,
            "default",
            Environment.DEV,
            dataClass,
            "team",
            "tests",
            KeyDraft.ENCRYPT_DECRYPT,
            Protection.HSM,
            Instant.parse("2099-01-01T00:00:00Z"),
            Map.of(),
            false,
            Optional.empty(),
            true,
            Origin.GENERATED);
    KeyVersion version =
        new KeyVersion(
            1,
            Protection.HSM,
            KmsKey.kekLabel(id, 1),
            BEGIN,
            "officer",
            KeyMaterial.imported("MEMORY", true, id.toString().replace("-", "")));
    KmsKey key = new KmsKey(id, draft, new KeyState.Active(), 1, List.of(version), STAMP);
    store.change(
        tx -> {
          tx.halfMade().insertKey(id, draft, STAMP);
          tx.halfMade().insertVersion(id, version, "node");
          tx.halfMade().finish(id, 1);
          tx.keys().update(key);
          return null;
        });
    return id;
  }

  ChainReport verify(List<NoteKey> removalKeys, SignedHead... against) throws IOException {
    return verify(folder(), removalKeys, against);
  }

  ChainReport verify(Path folder, List<NoteKey> removalKeys, SignedHead... against)
      throws IOException {
    return new LogVerifier(folder, log.key(), List.of(against), false, removalKeys).verify().get(0);
  }

  /** The names of the files of segments, in their order. */
  List<String> files(String suffix) throws IOException {
    try (var files = Files.list(folder())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("segment-[0-9]{10}" + suffix))
          .sorted()
          .toList();
    }
  }
}
