package dev.cofre.controlplane.server.store;

import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.approval.ApprovalAnswer;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.domain.approval.ApprovalRequest;
import dev.cofre.controlplane.domain.approval.ApprovalRequestId;
import dev.cofre.controlplane.domain.approval.ApprovalState;
import dev.cofre.controlplane.domain.approval.ApprovalVote;
import dev.cofre.controlplane.domain.approval.CanonicalRequest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Requests for approval as rows: lists of names with commas, lists of lines with line feeds. */
final class ApprovalRows {
  private final Handle handle;

  ApprovalRows(Handle handle) {
    this.handle = handle;
  }

  void insert(ApprovalRequest request) {
    ApprovalMatter matter = request.matter();
    CanonicalRequest asked = request.request();
    Stamps.bind(
            handle.createUpdate(
                "insert into approval_request (id, tenant, action, method, path, query, if_match,"
                    + " body, digest, subject, subject_revision, environments, roles,"
                    + " beneficiaries, changes, reason, needed, approvers, state, expires_at,"
                    + " claim, "
                    + Stamps.COLUMNS
                    + ") values (:id, :tenant, :action, :method, :path, :query, :ifMatch, :body,"
                    + " :digest, :subject, :subjectRevision, :environments, :roles,"
                    + " :beneficiaries, :changes, :reason, :needed, :approvers, :state,"
                    + " :expiresAt, 0, "
                    + Stamps.VALUES
                    + ")"),
            request.stamp())
        .bind("id", request.id().id())
        .bind("tenant", request.id().tenant())
        .bind("action", request.action().wireName())
        .bind("method", asked.method())
        .bind("path", asked.path())
        .bind("query", asked.query())
        .bind("ifMatch", asked.ifMatch())
        .bind("body", asked.body())
        .bind("digest", request.digest())
        .bind("subject", matter.subject())
        .bind("subjectRevision", matter.revision())
        .bind("environments", joined(matter.environments(), Environment::wireName))
        .bind("roles", joined(matter.roles(), Role::wireName))
        .bind("beneficiaries", joined(matter.beneficiaries(), name -> name))
        .bind("changes", String.join("\n", matter.changes()))
        .bind("reason", request.reason())
        .bind("needed", request.needed())
        .bind("approvers", joined(request.approvers(), Role::wireName))
        .bind("state", request.state().name())
        .bind("expiresAt", Times.column(request.expiresAt()))
        .execute();
  }

  ApprovalRequest read(ResultSet row) throws SQLException {
    ApprovalRequestId id =
        new ApprovalRequestId(row.getString("tenant"), row.getObject("id", UUID.class));
    return new ApprovalRequest(
        row.getLong("number"),
        id,
        ManagementAction.find(row.getString("action")).orElseThrow(),
        new CanonicalRequest(
            row.getString("method"),
            row.getString("path"),
            row.getString("query"),
            row.getString("if_match"),
            row.getBytes("body")),
        row.getBytes("digest"),
        new ApprovalMatter(
            row.getString("subject"),
            row.getLong("subject_revision"),
            split(row.getString("environments"), Environment::of),
            split(row.getString("roles"), Role::of),
            split(row.getString("beneficiaries"), name -> name),
            row.getString("changes").lines().toList()),
        row.getString("reason"),
        row.getInt("needed"),
        split(row.getString("approvers"), Role::of),
        ApprovalState.valueOf(row.getString("state")),
        Times.read(row, "expires_at"),
        votes(id),
        row.getInt("claim"),
        answer(row),
        Stamps.read(row));
  }

  private static ApprovalAnswer answer(ResultSet row) throws SQLException {
    int status = row.getInt("answer_status");
    return row.wasNull()
        ? null
        : new ApprovalAnswer(status, row.getString("answer_tag"), row.getString("answer_body"));
  }

  private List<ApprovalVote> votes(ApprovalRequestId id) {
    return handle
        .createQuery(
            "select principal_id, approves, voted_at from approval_vote where request_id = :id"
                + " order by voted_at, principal_id")
        .bind("id", id.id())
        .map(
            (row, context) ->
                new ApprovalVote(row.getString(1), row.getBoolean(2), Times.read(row, "voted_at")))
        .list();
  }

  private static <T> String joined(Collection<T> items, Function<T, String> name) {
    return items.stream().map(name).sorted().collect(Collectors.joining(","));
  }

  private static <T> Set<T> split(String names, Function<String, T> item) {
    return names.isEmpty()
        ? Set.of()
        : List.of(names.split(",")).stream().map(item).collect(Collectors.toUnmodifiableSet());
  }
}
