package dev.cofre.contract.audit;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * One use of a key or one act of management, allowed or not; version 1 of the event
 * (docs/PROTOCOL.md, "Audit events").
 *
 * <p>It never holds plaintext, tokens, key bytes or context values. Immutable; absent text is null,
 * absent numbers are -1.
 *
 * @param time when it was decided
 * @param node which node
 * @param requestId as the caller was told
 * @param principal who; null when not authenticated
 * @param authentication how they were authenticated: {@code token} or {@code mtls}, else {@code
 *     "none"}
 * @param address the caller's network address
 * @param action what, by its name in docs/PROTOCOL.md ("Actions")
 * @param key the key's id, or what was asked for when there is no such key
 * @param keyVersion the key version used
 * @param dataKeyId the data key used
 * @param items how many items the request held
 * @param bytes plaintext bytes processed
 * @param contextKeys the keys of the encryption context
 * @param phase {@code begin} and {@code end} for streams, else {@code whole}
 * @param outcome {@code allowed}, {@code denied} or {@code failed}
 * @param code the error code when not allowed
 */
public record AuditEvent(
    Instant time,
    String node,
    String requestId,
    String principal,
    String authentication,
    String address,
    String action,
    String key,
    int keyVersion,
    String dataKeyId,
    int items,
    long bytes,
    List<String> contextKeys,
    String phase,
    String outcome,
    String code) {

  /** The version of the event's format. */
  public static final int FORMAT = 1;

  /** One line of JSON, without the line's end. */
  public String toJson() {
    JsonLine line = new JsonLine();
    line.number("v", FORMAT);
    line.text("time", time.toString());
    line.text("node", node);
    line.text("requestId", requestId);
    line.text("principal", principal);
    line.text("authentication", authentication);
    line.text("address", address);
    line.text("action", action);
    line.text("key", key);
    line.number("keyVersion", keyVersion);
    line.text("dataKeyId", dataKeyId);
    line.number("items", items);
    line.number("bytes", bytes);
    line.texts("contextKeys", contextKeys);
    line.text("phase", phase);
    line.text("outcome", outcome);
    line.text("code", code);
    return line.end();
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
    private String authentication = "none";
    private String address;
    private String key;
    private int keyVersion = -1;
    private String dataKeyId;
    private int items = -1;
    private long bytes = -1;
    private List<String> contextKeys = List.of();
    private String phase = "whole";
    private String outcome = "allowed";
    private String code;

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

    /** The key's id, or what was asked for. */
    public Builder key(String key) {
      this.key = key;
      return this;
    }

    /** The key version and data key that were used. */
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

    /** {@code begin} or {@code end} of a stream. */
    public Builder phase(String phase) {
      this.phase = phase;
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

    /** The event. */
    public AuditEvent build() {
      return new AuditEvent(
          time,
          node,
          requestId,
          principal,
          authentication,
          address,
          action,
          key,
          keyVersion,
          dataKeyId,
          items,
          bytes,
          contextKeys,
          phase,
          outcome,
          code);
    }
  }
}
