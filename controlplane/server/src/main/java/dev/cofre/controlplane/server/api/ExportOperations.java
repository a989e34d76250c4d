package dev.cofre.controlplane.server.api;

import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.transport.RecipientKey;
import dev.cofre.contract.transport.WrappingAlgorithm;
import dev.cofre.controlplane.domain.ExportDraft;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.KeyVersion;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.keys.Exports;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.hsm.KeyTransport;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The route by which a KEK leaves. Thread-safe.
 *
 * <p>Order: what is wrong with the request, then the approval, then the HSM, then all again with
 * the audit record and the answer in one transaction.
 */
final class ExportOperations {
  private static final List<String> ALGORITHMS =
      Arrays.stream(WrappingAlgorithm.values())
          .filter(WrappingAlgorithm::isIndirect)
          .map(Enum::name)
          .toList();

  private final Store store;
  private final Exports exports;
  private final KeyRequests requests;
  private final ManagementAudit audit;
  private final RepeatedRequests repeated;
  private final Approvals approvals;

  ExportOperations(
      Api.Parts parts,
      KeyRequests requests,
      ManagementAudit audit,
      RepeatedRequests repeated,
      Approvals approvals) {
    this.store = parts.store();
    this.exports = parts.exports();
    this.requests = requests;
    this.audit = audit;
    this.repeated = repeated;
    this.approvals = approvals;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(
            POST,
            "/v1/keys/{key}/versions/{version}/export",
            ManagementAction.KEY_EXPORT,
            this::export));
  }

  private Answer export(Call call) {
    // Whether one sees the key comes before what is wrong with the request.
    store.read(tx -> KeyOperations.visible(tx, call));
    int number = KeyStateOperations.version(call);
    ExportDraft draft = ExportDraft.read(call.document(), ALGORITHMS);
    RecipientKey recipient = recipient(draft);
    KmsKey asked =
        store.change(
            tx -> {
              KmsKey key = requests.selectOnce(call).apply(tx);
              Exports.requireExportable(tx, key, number);
              approvals.require(tx, call, matter(key, number, recipient));
              return key;
            });
    KeyVersion version = asked.version(number).orElseThrow();
    Optional<WrappingAlgorithm> algorithm = draft.algorithm().flatMap(WrappingAlgorithm::find);
    KeyTransport.Exported exported = exports.run(asked, version, recipient, algorithm);
    return store.change(tx -> finish(tx, call, number, recipient, exported));
  }

  private Answer finish(
      Transaction tx,
      Call call,
      int number,
      RecipientKey recipient,
      KeyTransport.Exported exported) {
    KmsKey key = requests.selectOnce(call).apply(tx);
    KeyVersion version = Exports.requireExportable(tx, key, number);
    Answer answer =
        Answer.json(
            200,
            TransportDocuments.exported(
                key, version, recipient, exported, tx.now(), call.principal().id()));
    repeated.end(tx, call, answer);
    call.subject(key.id() + "/" + number + " recipient sha256:" + recipient.fingerprint());
    audit.allowed(call);
    return answer;
  }

  private static RecipientKey recipient(ExportDraft draft) {
    return RecipientKey.ofPem(draft.recipient())
        .orElseThrow(
            () ->
                new InvalidDocumentException(
                    List.of(
                        new FieldError(ExportDraft.RECIPIENT, "must be " + RecipientKey.RULE))));
  }

  private static ApprovalMatter matter(KmsKey key, int number, RecipientKey recipient) {
    return new ApprovalMatter(
        key.id().toString(),
        key.stamp().revision(),
        Set.of(key.draft().environment()),
        Set.of(),
        Set.of(),
        List.of(
            "- stays here: " + key.alias() + " (" + key.draft().environment().wireName() + ")",
            "+ leaves: version " + number,
            "+ recipient: sha256:" + recipient.fingerprint()));
  }
}
