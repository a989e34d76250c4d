package dev.cofre.dataplane.server;

import dev.cofre.contract.snapshot.SnapshotVerifier;
import dev.cofre.dataplane.server.follow.ControlLink;
import dev.cofre.dataplane.server.frames.FrameSettings;
import dev.cofre.engine.aead.AeadBackEnd;
import dev.cofre.engine.audit.AuditLogConfig;
import dev.cofre.engine.config.ConfigException;
import dev.cofre.engine.config.Configuration;
import dev.cofre.engine.config.HsmSettings;
import dev.cofre.engine.config.ListenerSettings;
import dev.cofre.engine.keys.KeyLimits;
import dev.cofre.engine.seal.AuditSealer;
import dev.cofre.hsm.GatewayLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;

/**
 * A node's configuration, read and validated as a whole before anything is opened. Immutable.
 *
 * @param listener where it listens
 * @param frames where it listens for frames
 * @param control where it follows the control plane
 * @param verifier the pinned key that signs snapshots
 * @param keyLimits how long and how much data keys are used
 * @param aead who does AES-GCM
 * @param gateway how the HSM is asked
 * @param audit how the audit log is kept
 * @param contextIndex names of encryption contexts whose values auditors find one by one
 * @param rehearsal for how long the node serves itself before it is ready
 */
record NodeSettings(
    ListenerSettings listener,
    FrameSettings frames,
    ControlLink control,
    SnapshotVerifier verifier,
    KeyLimits keyLimits,
    AeadBackEnd aead,
    GatewayLimits gateway,
    AuditLogConfig audit,
    Set<String> contextIndex,
    Duration rehearsal) {

  /** Each costs a digest for each new context, and 34 bytes and its name in each event. */
  private static final int CONTEXT_INDEX_MAX = 8;

  /** Takes a copy. */
  NodeSettings {
    contextIndex = Set.copyOf(contextIndex);
  }

  /**
   * What {@code configuration} says.
   *
   * @throws ConfigException when it cannot be so
   */
  static NodeSettings read(Configuration configuration) {
    ListenerSettings listener = ListenerSettings.read(configuration);
    HsmSettings.hsmConfig(configuration);
    return new NodeSettings(
        listener,
        FrameSettings.read(configuration),
        ControlLink.read(configuration, listener.tls().isEmpty()),
        pinnedKey(configuration),
        DataKeySettings.read(configuration),
        AeadBackEnd.named(configuration.text(AeadBackEnd.SETTING)),
        DataPlaneSettings.hsmLimits(configuration),
        auditConfig(configuration),
        contextIndex(configuration),
        Duration.ofMillis(configuration.number(DataPlaneSettings.REHEARSAL_MS)));
  }

  private static Set<String> contextIndex(Configuration configuration) {
    Set<String> names = new TreeSet<>();
    for (String name :
        configuration.find(DataPlaneSettings.AUDIT_CONTEXT_INDEX).orElse("").split(",")) {
      if (!name.isBlank()) {
        names.add(name.strip());
      }
    }
    if (names.size() > CONTEXT_INDEX_MAX) {
      throw new ConfigException(
          DataPlaneSettings.AUDIT_CONTEXT_INDEX.key() + " names at most " + CONTEXT_INDEX_MAX);
    }
    return Set.copyOf(names);
  }

  private static AuditLogConfig auditConfig(Configuration configuration) {
    try {
      long sealMs = configuration.number(DataPlaneSettings.AUDIT_SEAL_MS);
      if (sealMs < AuditSealer.PERIOD_MS_MIN || sealMs > AuditSealer.PERIOD_MS_MAX) {
        throw new ConfigException(AuditSealer.PERIOD_RULE);
      }
      return new AuditLogConfig(
          configuration.flag(DataPlaneSettings.AUDIT_SYNC),
          configuration.number(DataPlaneSettings.AUDIT_BYTES_MAX),
          configuration.number(DataPlaneSettings.AUDIT_SEGMENT_BYTES),
          configuration.text(DataPlaneSettings.NODE_NAME));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  private static SnapshotVerifier pinnedKey(Configuration configuration) {
    try {
      return SnapshotVerifier.fromPem(
          Files.readString(configuration.path(DataPlaneSettings.PUBLIC_KEY_FILE)));
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigException(
          DataPlaneSettings.PUBLIC_KEY_FILE.key()
              + ": "
              + configuration.path(DataPlaneSettings.PUBLIC_KEY_FILE)
              + " does not hold the control plane's public key in PEM; copy it from the control plane's snapshot.publicKeyFile");
    }
  }
}
