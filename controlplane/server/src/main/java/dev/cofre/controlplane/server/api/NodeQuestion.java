package dev.cofre.controlplane.server.api;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.server.store.NodeTable;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node tells of itself with a question for changes. It is written down under the identity
 * that was proven, so a node speaks for itself alone. Immutable.
 *
 * @param replaced the process before it on the same state
 */
record NodeQuestion(NodeTable.Sighting sighting, Optional<String> replaced) {
  private static final int NAME_MAX = 256;
  private static final int IDENTITY_MAX = 256;
  private static final long LEASE_MS_MAX = 366L * 86_400_000;
  private static final Pattern INSTANCE = Pattern.compile("[0-9a-f]{32}");
  private static final Pattern IN_FORCE = Pattern.compile("([0-9]{1,18})\\.([0-9]{1,18})");

  /**
   * Reads it.
   *
   * @throws ProblemException {@code invalid_request} when a part is missing or malformed
   */
  static NodeQuestion read(Call call) {
    RequestFacts facts = call.facts();
    String identity = call.principal().id();
    String name = text(facts, "node");
    Matcher inForce = IN_FORCE.matcher(text(facts, "inForce"));
    if (name.isBlank() || name.length() > NAME_MAX || identity.length() > IDENTITY_MAX) {
      throw refuse("node must be the node's name, 1 to " + NAME_MAX + " characters");
    }
    if (!inForce.matches()) {
      throw refuse("inForce must be EPOCH.REVISION of what is in force on the node, 0.0 for none");
    }
    NodeTable.Sighting sighting =
        new NodeTable.Sighting(
            identity,
            instance(text(facts, "instance")),
            name,
            Long.parseLong(inForce.group(1)),
            Long.parseLong(inForce.group(2)),
            duration(facts, "leaseMs"),
            duration(facts, "dataKeyMs"));
    String replaced = facts.query().get("replaces");
    return new NodeQuestion(
        sighting, replaced == null ? Optional.empty() : Optional.of(instance(replaced)));
  }

  /** {@code text} when it names a process of a node. */
  static String instance(String text) {
    if (!INSTANCE.matcher(text).matches()) {
      throw refuse("instance and replaces must be 32 hexadecimal digits");
    }
    return text;
  }

  private static String text(RequestFacts facts, String name) {
    String text = facts.query().get(name);
    return text == null ? "" : text;
  }

  private static long duration(RequestFacts facts, String name) {
    long ms = SnapshotHandler.number(facts, name);
    if (ms < 1 || ms > LEASE_MS_MAX) {
      throw refuse(name + " must be milliseconds, from 1 to " + LEASE_MS_MAX);
    }
    return ms;
  }

  private static ProblemException refuse(String why) {
    return new ProblemException(ErrorCode.INVALID_REQUEST, why);
  }
}
