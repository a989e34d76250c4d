package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.approval.ApprovalAnswer;
import dev.cofre.controlplane.domain.approval.ApprovalRequest;
import dev.cofre.controlplane.domain.approval.ApprovalRule;
import dev.cofre.controlplane.domain.approval.ApprovalVote;
import dev.cofre.controlplane.domain.approval.CanonicalRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;

/** Requests for approval and their rules as the JSON that openapi.yaml describes. Stateless. */
final class ApprovalDocuments {
  private ApprovalDocuments() {}

  static JsonObject of(ApprovalRequest request, Instant now) {
    JsonArray votes = new JsonArray();
    request.votes().forEach(vote -> votes.add(vote(vote)));
    JsonObject json =
        new JsonObject()
            .put("id", request.id().toString())
            .put("state", request.stateAt(now).name())
            .put("action", request.action().wireName())
            .put("requester", request.requester())
            .put("reason", request.reason())
            .put("changes", new JsonArray(request.matter().changes()))
            .put("request", request(request.request()))
            .put("digest", request.digestHex())
            .put("needed", request.needed())
            .put("approvers", roles(request.approvers()))
            .put("votes", votes)
            .put("expiresAt", request.expiresAt().toString())
            .put("tenant", request.id().tenant())
            .put("owner", request.requester())
            .put("answer", request.answer() == null ? null : answer(request.answer()));
    return Documents.stamp(json, request.stamp());
  }

  private static JsonObject request(CanonicalRequest asked) {
    JsonObject json = new JsonObject().put("method", asked.method()).put("path", asked.path());
    if (!asked.query().isEmpty()) {
      json.put("query", asked.query());
    }
    if (!asked.ifMatch().isEmpty()) {
      json.put("ifMatch", asked.ifMatch());
    }
    return json.put("body", Base64.getEncoder().encodeToString(asked.body()))
        .put("document", object(asked.body()));
  }

  private static JsonObject object(byte[] body) {
    try {
      return body.length == 0 ? null : new JsonObject(Buffer.buffer(body));
    } catch (DecodeException e) {
      // It is shown as bytes alone.
      return null;
    }
  }

  private static JsonObject vote(ApprovalVote vote) {
    return new JsonObject()
        .put("principal", vote.principal())
        .put("verdict", vote.approves() ? "approve" : "reject")
        .put("at", vote.at().toString());
  }

  private static JsonObject answer(ApprovalAnswer answer) {
    return new JsonObject()
        .put("status", answer.status())
        .put(
            "document",
            answer.body() == null ? null : new JsonObject(Buffer.buffer(answer.body())));
  }

  static JsonObject rule(ApprovalRule rule) {
    JsonObject json =
        new JsonObject()
            .put("action", rule.action().wireName())
            .put("condition", rule.condition().wireName())
            .put("approvals", rule.approvals())
            .put("approvers", roles(rule.approvers()))
            .put("validityMs", rule.validity().toMillis())
            .put("shipped", rule.stamp() == null);
    return rule.stamp() == null ? json.put("revision", 0) : Documents.stamp(json, rule.stamp());
  }

  private static JsonArray roles(Collection<Role> roles) {
    return new JsonArray(roles.stream().map(Role::wireName).sorted().toList());
  }
}
