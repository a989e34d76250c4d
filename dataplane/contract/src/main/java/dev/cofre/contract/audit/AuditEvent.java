package dev.cofre.contract.audit;

import dev.cofre.contract.audit.digest.ContextDigests;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/**
 * One use of a key or one act of management, allowed or not (docs/PROTOCOL.md, "Audit events"); of
 * version 2 when it has a tenant or digests, else of version 1.
 *
 * <p>It never holds plaintext, tokens, key bytes or context values. Immutable; absent text is null,
 * absent numbers are -1. Ids of keys are UUIDs where the builder was given UUIDs: nobody pays for
 * their text before it is asked for.
 *
 * @param time when it was decided
 * @param node which node
 * @param requestId as the caller was told
 * @param principal who; null when not authenticated
 * @param tenant whose principal that is
 * @param authentication how they were authenticated: {@code token} or {@code mtls}, else {@code
 *     "none"}
 * @param address the caller's network address
 * @param action what, by its name in docs/PROTOCOL.md ("Actions")
 * @param key the key's id, or what was asked for when there is no such key
 * @param keyId the key's id, when it was given as such
 * @param keyVersion the key version used
 * @param dataKeyId the data key used
 * @param dataKeyUuid the data key used, when it was given as such
 * @param items how many items the request held
 * @param bytes plaintext bytes processed
 * @param contextKeys the keys of the encryption context
 * @param contexts digests of the encryption contexts, by which it is found; null when there were
 *     none
 * @param phase {@code begin} and {@code end} for streams, else {@code whole}
 * @param outcome {@code allowed}, {@code denied} or {@code failed}
 * @param code the error code when not allowed
 * @param count for how many requests of one source, code and second it stands; the other fields are
 *     those of the first
 */
public record AuditEvent(
    Instant time,
    String node,
    String requestId,
    String principal,
    String tenant,
    String authentication,
    String address,
    String action,
    String key,
    UUID keyId,
    int keyVersion,
    String dataKeyId,
    UUID dataKeyUuid,
    int items,
    long bytes,
    List<String> contextKeys,
    ContextDigests contexts,
    String phase,
    String outcome,
    String code,
    long count) {

  /** The first version of the event's format. */
  public static final int FORMAT = 1;

  /** The version that has tenants and digests. */
  public static final int FORMAT_2 = 2;

  /** The version of its format: the least that has all its fields. */
  public int format() {
    return tenant == null && contexts == null ? FORMAT : FORMAT_2;
  }

  /** The key's id, or what was asked for when there is no such key. */
  @Override
  public String key() {
    return keyId == null ? key : keyId.toString();
  }

  /** The data key used. */
  @Override
  public String dataKeyId() {
    return dataKeyUuid == null ? dataKeyId : dataKeyUuid.toString();
  }

  /** What was asked for as a key, when it was not given as a UUID. */
  String keyText() {
    return keyId == null ? key : null;
  }

  /** The data key used, when it was not given as a UUID. */
  String dataKeyText() {
    return dataKeyUuid == null ? dataKeyId : null;
  }

  /** The record that counts requests like this one from {@code source}, this being the first. */
  public AuditEvent counted(String source) {
    return new Builder(time, node, requestId, action)
        .caller(null, authentication, source)
        .outcome(outcome, code)
        .count(1)
        .build();
  }

  /** One line of JSON, without the line's end. */
  public String toJson() {
    JsonLine line = new JsonLine();
    line.number("v", format());
    line.text("time", time.toString());
    line.text("node", node);
    line.text("requestId", requestId);
    line.text("principal", principal);
    line.text("tenant", tenant);
    line.text("authentication", authentication);
    line.text("address", address);
    line.text("action", action);
    line.text("key", key());
    line.number("keyVersion", keyVersion);
    line.text("dataKeyId", dataKeyId());
    line.number("items", items);
    line.number("bytes", bytes);
    line.texts("contextKeys", contextKeys);
    if (contexts != null) {
      digests(line);
    }
    line.text("phase", phase);
    line.text("outcome", outcome);
    line.text("code", code);
    line.number("count", count);
    return line.end();
  }

  private void digests(JsonLine line) {
    if (contexts.isWithoutKey()) {
      line.flag("noDigestKey");
      return;
    }
    line.text("digestKey", contexts.keyId().toString());
    line.texts("contextDigests", contexts.contextTexts());
    line.texts("contextIndex", contexts.pairTexts());
  }

  /** Starts an event of {@code action} by nobody, allowed, at {@code time}. */
  public static Builder of(Instant time, String node, String requestId, String action) {
    return new Builder(time, node, requestId, action);
  }

  /** Collects an event's fields. Not thread-safe. */
  public static final class Builder {
    private final Instant time;
    private final String node;
    private final String requestId;
    private final String action;
    private String principal;
    private String tenant;
    private String authentication = "none";
    private String address;
    private String key;
    private UUID keyId;
    private int keyVersion = -1;
    private String dataKeyId;
    private UUID dataKeyUuid;
    private int items = -1;
    private long bytes = -1;
    private List<String> contextKeys = List.of();
    private ContextDigests contexts;
    private String phase = "whole";
    private String outcome = "allowed";
    private String code;
    private long count = -1;

    private Builder(Instant time, String node, String requestId, String action) {
      this.time = Objects.requireNonNull(time);
      this.node = Objects.requireNonNull(node);
      this.requestId = Objects.requireNonNull(requestId);
      this.action = Objects.requireNonNull(action);
    }

    /** Who, how authenticated, from where. */
    public Builder caller(String principal, String authentication, String address) {
      this.principal = principal;
      this.authentication = authentication;
      this.address = address;
      return this;
    }

    /** Whose principal it is. */
    public Builder tenant(String tenant) {
      this.tenant = tenant;
      return this;
    }

    /** The key's id, or what was asked for. */
    public Builder key(String key) {
      this.key = key;
      return this;
    }

    /** The key's id. */
    public Builder keyId(UUID keyId) {
      this.keyId = keyId;
      return this;
    }

    /** The key version and data key that were used. */
    public Builder usedDataKey(int keyVersion, UUID dataKeyUuid) {
      this.keyVersion = keyVersion;
      this.dataKeyUuid = dataKeyUuid;
      return this;
    }

    /** The key version and data key that were used, the latter as text. */
    public Builder used(int keyVersion, String dataKeyId) {
      this.keyVersion = keyVersion;
      this.dataKeyId = dataKeyId;
      return this;
    }

    /** How much was processed. */
    public Builder amount(int items, long bytes) {
      this.items = items;
      this.bytes = bytes;
      return this;
    }

    /** The keys of the encryption context. */
    public Builder contextKeys(List<String> contextKeys) {
      this.contextKeys = contextKeys;
      return this;
    }

    /** Digests of the encryption contexts; null when there are none. */
    public Builder contexts(ContextDigests contexts) {
      this.contexts = contexts;
      return this;
    }

    /** {@code begin} or {@code end} of a stream. */
    public Builder phase(String phase) {
      this.phase = phase;
      return this;
    }

    /** It stands for so many requests. */
    public Builder count(long count) {
      this.count = count;
      return this;
    }

    /** The decision was no. */
    public Builder denied(String code) {
      this.outcome = "denied";
      this.code = code;
      return this;
    }

    /** It was allowed and went wrong. */
    public Builder failed(String code) {
      this.outcome = "failed";
      this.code = code;
      return this;
    }

    /** As it was decided elsewhere. */
    Builder outcome(String outcome, String code) {
      this.outcome = outcome;
      this.code = code;
      return this;
    }

    /** The event. */
    public AuditEvent build() {
      return new AuditEvent(
          time,
          node,
          requestId,
          principal,
          tenant,
          authentication,
          address,
          action,
          key,
          keyId,
          keyVersion,
          dataKeyId,
          dataKeyUuid,
          items,
          bytes,
          contextKeys,
          contexts,
          phase,
          outcome,
          code,
          count);
    }
  }
}
