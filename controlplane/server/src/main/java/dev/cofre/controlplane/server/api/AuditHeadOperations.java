package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_HEAD_LIST;
import static dev.cofre.controlplane.domain.ManagementAction.AUDIT_HEAD_REPORT;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.audit.seal.SignedHead;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.server.audit.HeadBook;
import dev.cofre.controlplane.server.audit.ReportedHead;
import dev.cofre.controlplane.server.store.AuditHeadTable.Head;
import dev.cofre.controlplane.server.store.Store;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The routes of the heads of nodes' audit logs. Thread-safe. */
final class AuditHeadOperations {
  private final Store store;
  private final ManagementAudit audit;
  private final HeadBook book;
  private final Set<String> reporters = ConcurrentHashMap.newKeySet();

  AuditHeadOperations(Store store, ManagementAudit audit) {
    this.store = store;
    this.audit = audit;
    this.book = new HeadBook(store);
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, "/v1/audit/heads", AUDIT_HEAD_LIST, this::list),
        Route.withDocument(POST, "/v1/audit/heads", AUDIT_HEAD_REPORT, this::report));
  }

  /**
   * The audit log gets one record when a node reports for the first time, and one for each head
   * that is refused: nodes report all the time.
   */
  private Answer report(Call call) {
    ReportedHead reported = ReportedHead.read(call.document());
    call.subject(reported.origin());
    if (reporters.add(call.principal().id())) {
      audit.allowed(call);
    }
    HeadBook.Verdict verdict = book.take(reported, call.principal().id());
    if (verdict.outcome() == HeadBook.Outcome.REFUSED) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "the head does not continue the one of "
              + verdict.size()
              + " events that is kept; verify the node's audit log against it");
    }
    return Answer.json(
        200,
        new JsonObject()
            .put("kept", verdict.outcome() == HeadBook.Outcome.KEPT)
            .put("size", verdict.size()));
  }

  private Answer list(Call call) {
    int limit = call.limit();
    List<Head> heads = store.read(tx -> tx.auditHeads().page(call.after(), limit + 1));
    audit.allowed(call);
    return Answer.json(
        200, Documents.page(heads, limit, AuditHeadOperations::document, Head::origin));
  }

  private static JsonObject document(Head head) {
    return new JsonObject()
        .put("origin", head.origin())
        .put("size", head.size())
        .put("signedAt", SignedHead.parse(head.note()).time())
        .put("receivedAt", head.receivedAt().toString())
        .put("head", head.note());
  }
}
