package dev.cofre.dataplane.server;

import static dev.cofre.engine.config.Setting.Kind.FLAG;
import static dev.cofre.engine.config.Setting.Kind.NUMBER;
import static dev.cofre.engine.config.Setting.Kind.PATH;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import dev.cofre.dataplane.server.follow.ControlLink;
import dev.cofre.engine.config.HsmSettings;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.config.Setting;
import java.util.List;
import java.util.stream.Stream;

/** The settings of the data plane (docs/OPERATIONS.md). */
public final class DataPlaneSettings {
  static final Setting NODE_NAME =
      Setting.required("node.name", TEXT, "the node's name in the audit log");
  static final Setting EVENT_LOOPS =
      Setting.withDefault(
          "http.eventLoops",
          NUMBER,
          "0",
          "event loops that serve requests; 0: one for each processor");
  static final Setting STREAMS_MAX =
      Setting.withDefault(
          "http.streamsMax",
          NUMBER,
          "256",
          "raw bodies longer than one segment that are open at once");
  static final Setting PUBLIC_KEY_FILE =
      Setting.required(
          "snapshot.publicKeyFile",
          PATH,
          "PEM file with the pinned public key that signs snapshots");
  static final Setting MAX_AGE_MS =
      Setting.withDefault(
          "snapshot.maxAgeMs",
          NUMBER,
          "300000",
          "how old the snapshot may be before everything is refused");
  static final Setting STATE_DIRECTORY =
      Setting.required(
          "state.directory",
          PATH,
          "folder for the highest snapshot revision seen (protection against rollback)");
  static final Setting AUDIT_FILE = Setting.required("audit.file", PATH, "the audit log");
  static final Setting AUDIT_SYNC =
      Setting.withDefault(
          "audit.sync",
          FLAG,
          "false",
          "force each group of audit events to the disk before answering");
  static final Setting AUDIT_BYTES_MAX =
      Setting.withDefault(
          "audit.bytesMax",
          NUMBER,
          "68719476736",
          "length at which the audit log is full and requests are refused");
  static final Setting HSM_DEADLINE_MS =
      Setting.withDefault("hsm.deadlineMs", NUMBER, "2000", "how long a request waits for the HSM");
  static final Setting DATA_KEY_TTL_MS =
      Setting.withDefault(
          "dataKey.ttlMs",
          NUMBER,
          "300000",
          "how long a data key encrypts, and how long an unwrapped one is cached");
  static final Setting DRAIN_MS =
      Setting.withDefault(
          "drainMs", NUMBER, "10000", "how long open requests may take to finish after SIGTERM");

  /** All of them. */
  public static final List<Setting> ALL =
      Stream.of(
              List.of(NODE_NAME),
              ListenerSettings.ALL,
              List.of(EVENT_LOOPS, STREAMS_MAX),
              HsmSettings.ALL,
              ControlLink.SETTINGS,
              List.of(
                  HSM_DEADLINE_MS,
                  DATA_KEY_TTL_MS,
                  PUBLIC_KEY_FILE,
                  MAX_AGE_MS,
                  STATE_DIRECTORY,
                  AUDIT_FILE,
                  AUDIT_SYNC,
                  AUDIT_BYTES_MAX,
                  DRAIN_MS))
          .flatMap(List::stream)
          .toList();

  private DataPlaneSettings() {}
}
