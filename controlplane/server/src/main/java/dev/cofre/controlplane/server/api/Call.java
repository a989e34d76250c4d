package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.server.identity.Caller;
import io.vertx.core.MultiMap;
import java.util.Map;
import java.util.Optional;

/**
 * One authenticated request. Immutable but for {@link #subject} and {@link #knownBy}, which one
 * worker thread writes.
 */
final class Call {
  private static final int PAGE_DEFAULT = 50;
  private static final int PAGE_MAX = 500;
  private static final int IDEMPOTENCY_KEY_MAX = 255;

  private final RequestFacts facts;
  private final Caller caller;
  private final ManagementAction action;
  private final Optional<Approved> approved;
  private String subject;
  private byte[] knownBy;

  Call(RequestFacts facts, Caller caller, ManagementAction action) {
    this(facts, caller, action, Optional.empty());
  }

  Call(RequestFacts facts, Caller caller, ManagementAction action, Optional<Approved> approved) {
    this.facts = facts;
    this.caller = caller;
    this.action = action;
    this.approved = approved;
    this.subject = facts.pathParameters().values().stream().findFirst().orElse(null);
  }

  RequestFacts facts() {
    return facts;
  }

  Caller caller() {
    return caller;
  }

  Principal principal() {
    return caller.principal();
  }

  ManagementAction action() {
    return action;
  }

  /** Present when it is the run of an approved request. */
  Optional<Approved> approved() {
    return approved;
  }

  /** The id of what it is about, or what was asked for. */
  String subject() {
    return subject;
  }

  void subject(String subject) {
    this.subject = subject;
  }

  /** What a repetition of it is known by: its body, unless another part of it was named. */
  byte[] knownBy() {
    return knownBy == null ? facts.body() : knownBy;
  }

  /** Names what a repetition of it is known by, when its body holds what is kept nowhere. */
  void knownBy(byte[] part) {
    this.knownBy = part.clone();
  }

  String path(String name) {
    return facts.pathParameters().get(name);
  }

  Map<String, Object> document() {
    return StrictJson.object(facts.body());
  }

  /** How many items the caller wants on a page. */
  int limit() {
    String text = facts.query().get("limit");
    if (text == null) {
      return PAGE_DEFAULT;
    }
    if (!text.matches("[0-9]{1,4}")
        || Integer.parseInt(text) < 1
        || Integer.parseInt(text) > PAGE_MAX) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST, "limit must be a number from 1 to " + PAGE_MAX);
    }
    return Integer.parseInt(text);
  }

  /** Where the page before ended. */
  String after() {
    String after = Optional.ofNullable(facts.query().get("after")).orElse("");
    if (after.indexOf('\0') >= 0) {
      throw new ProblemException(ErrorCode.INVALID_REQUEST, "after must hold no zero character");
    }
    return after;
  }

  Optional<String> idempotencyKey() {
    String key = facts.headers().get("Idempotency-Key");
    if (key != null && (key.isEmpty() || key.length() > IDEMPOTENCY_KEY_MAX || !isPrintable(key))) {
      throw new ProblemException(
          ErrorCode.INVALID_REQUEST,
          "Idempotency-Key must be 1 to " + IDEMPOTENCY_KEY_MAX + " printable ASCII characters");
    }
    return Optional.ofNullable(key);
  }

  /**
   * Checks If-Match against the revision that the object has.
   *
   * @throws ProblemException {@code precondition_failed}
   */
  void requireMatch(long revision) {
    MultiMap headers = facts.headers();
    if (!headers.contains("If-Match")) {
      return;
    }
    for (String tag : String.join(",", headers.getAll("If-Match")).split(",")) {
      if (tag.strip().equals("*") || tag.strip().equals(Answer.entityTag(revision))) {
        return;
      }
    }
    throw new ProblemException(
        ErrorCode.PRECONDITION_FAILED,
        "it was changed meanwhile: its entity tag is now " + Answer.entityTag(revision));
  }

  private static boolean isPrintable(String text) {
    return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }
}
