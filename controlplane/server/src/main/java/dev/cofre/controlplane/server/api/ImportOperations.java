package dev.cofre.controlplane.server.api;

import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.contract.transport.KeyCheckValue;
import dev.cofre.contract.transport.WrappingAlgorithm;
import dev.cofre.controlplane.domain.ImportDraft;
import dev.cofre.controlplane.domain.ImportJob;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KmsKey;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.MaterialDraft;
import dev.cofre.controlplane.domain.approval.ApprovalMatter;
import dev.cofre.controlplane.server.keys.Imports;
import dev.cofre.controlplane.server.keys.KeyLifecycle;
import dev.cofre.controlplane.server.keys.KeySelection;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The routes under /v1/imports. Thread-safe. */
final class ImportOperations {
  private static final String IMPORTS = "/v1/imports";
  private static final String IMPORT = IMPORTS + "/{import}";

  private final Store store;
  private final KeyLifecycle lifecycle;
  private final Imports imports;
  private final KeyRequests requests;
  private final ManagementAudit audit;
  private final RepeatedRequests repeated;
  private final Approvals approvals;

  ImportOperations(
      Api.Parts parts,
      KeyRequests requests,
      ManagementAudit audit,
      RepeatedRequests repeated,
      Approvals approvals) {
    this.store = parts.store();
    this.lifecycle = parts.lifecycle();
    this.imports = parts.imports();
    this.requests = requests;
    this.audit = audit;
    this.repeated = repeated;
    this.approvals = approvals;
  }

  List<Route> routes() {
    return List.of(
        Route.withDocument(POST, IMPORTS, ManagementAction.IMPORT_CREATE, this::prepare),
        new Route(GET, IMPORTS, ManagementAction.IMPORT_LIST, this::list),
        new Route(GET, IMPORT, ManagementAction.IMPORT_SHOW, this::show),
        new Route(POST, IMPORT + "/cancel", ManagementAction.IMPORT_CANCEL, this::cancel),
        Route.withDocument(
            POST, IMPORT + "/complete", ManagementAction.KEY_IMPORT, this::complete));
  }

  private Answer prepare(Call call) {
    ImportDraft draft =
        ImportDraft.read(
            call.facts().body().length == 0 ? java.util.Map.of() : call.document(),
            WrappingAlgorithm.names());
    return imports.prepare(
        draft,
        call.principal().tenant(),
        call.principal().id(),
        tx -> requests.begin(tx, call),
        (tx, job) -> {
          call.subject(job.id().toString());
          return end(tx, call, 201, job);
        },
        tx -> requests.forget(tx, call));
  }

  private Answer end(Transaction tx, Call call, int status, ImportJob job) {
    Answer answer =
        Answer.object(status, job.stamp().revision(), TransportDocuments.of(job, tx.now()));
    repeated.end(tx, call, answer);
    audit.allowed(call);
    return answer;
  }

  private Answer list(Call call) {
    int limit = call.limit();
    String tenant = call.principal().tenant();
    List<ImportJob> found =
        store.read(
            tx -> {
              ImportJob after =
                  call.after().isEmpty() ? null : Imports.select(tenant, call.after()).apply(tx);
              return tx.imports().page(tenant, after, limit + 1);
            });
    audit.allowed(call);
    return Answer.json(
        200,
        Documents.page(
            found,
            limit,
            job -> TransportDocuments.of(job, audit.now()),
            job -> job.id().toString()));
  }

  private Answer show(Call call) {
    ImportJob job = store.read(selected(call));
    audit.allowed(call);
    return Answer.object(200, job.stamp().revision(), TransportDocuments.of(job, audit.now()));
  }

  private static Function<Transaction, ImportJob> selected(Call call) {
    return Imports.select(call.principal().tenant(), call.path("import"));
  }

  private Answer cancel(Call call) {
    ImportJob[] cancelled = new ImportJob[1];
    Answer answer =
        store.change(
            tx -> {
              requests.answerRepeated(tx, call);
              ImportJob job = selected(call).apply(tx);
              call.requireMatch(job.stamp().revision());
              Imports.requireOpen(tx, job);
              tx.imports().end(job, ImportJob.State.CANCELLED, null, call.principal().id());
              cancelled[0] = selected(call).apply(tx);
              return end(tx, call, 200, cancelled[0]);
            });
    imports.tryDestroyPair(cancelled[0]);
    return answer;
  }

  private Answer complete(Call call) {
    MaterialDraft draft =
        MaterialDraft.read(call.document(), call.principal().tenant(), audit.now());
    if (draft.key().filter(key -> !key.tenant().equals(call.principal().tenant())).isPresent()) {
      throw new ProblemException(
          ErrorCode.FORBIDDEN, "keys are made in one's own tenant; leave the field tenant away");
    }
    ImportJob job =
        store.read(
            tx -> {
              requests.answerRepeated(tx, call);
              ImportJob found = selected(call).apply(tx);
              Imports.requireOpen(tx, found);
              return found;
            });
    Optional<KmsKey> before = store.read(tx -> target(tx, call, draft));
    KeyDraft key = draft.key().or(() -> before.map(KmsKey::draft)).orElseThrow();
    KeyCheckValue check = imports.check(job, draft);
    boolean exportable =
        key.exportable()
            && store.<Boolean>read(tx -> tx.dataClasses().rules(key.dataClass()).exportPermitted());
    KeyLifecycle.Source source = imports.source(job, draft, check, key.protection(), exportable);
    KeyLifecycle.Making<Answer> making = making(call, draft, job, check);
    String by = call.principal().id();
    Answer answer =
        draft.key().isPresent()
            ? lifecycle.create(key, by, making, Optional.of(source))
            : lifecycle.rotate(
                tx -> target(tx, call, draft).orElseThrow(), by, making, Optional.of(source));
    imports.tryDestroyPair(job);
    return answer;
  }

  /** The key that gets another version; empty when one is to be made, and may be. */
  private static Optional<KmsKey> target(Transaction tx, Call call, MaterialDraft draft) {
    if (draft.versionOf().isEmpty()) {
      KeyLifecycle.requireCreatable(tx, draft.key().orElseThrow());
      return Optional.empty();
    }
    KmsKey key =
        KeySelection.visible(tx, call.principal(), draft.versionOf().get())
            .orElseThrow(KeyOperations::notFound);
    return Optional.of(KeyLifecycle.requireVersionable(key, true));
  }

  private KeyLifecycle.Making<Answer> making(
      Call call, MaterialDraft draft, ImportJob job, KeyCheckValue check) {
    return new KeyLifecycle.Making<>(
        tx -> begin(tx, call, draft, job, check),
        (tx, key) -> {
          if (!tx.imports().end(job, ImportJob.State.DONE, key.id(), call.principal().id())) {
            throw new ProblemException(
                ErrorCode.IMPORT_ENDED, "the import was ended meanwhile; prepare another one");
          }
          int status = draft.key().isPresent() ? 201 : 200;
          String subject =
              key.id() + "/" + key.currentVersion() + " import:" + job.id() + " " + through(key);
          return requests.finish(tx, call, status, key, subject);
        },
        tx -> requests.forget(tx, call));
  }

  private static String through(KmsKey key) {
    return "through:" + key.current().material().importedThrough().orElseThrow();
  }

  /** All checks; then, since nothing but the commit and the HSM can fail any more, the approval. */
  private void begin(
      Transaction tx, Call call, MaterialDraft draft, ImportJob job, KeyCheckValue check) {
    requests.begin(tx, call);
    ImportJob now = selected(call).apply(tx);
    Imports.requireOpen(tx, now);
    call.requireMatch(now.stamp().revision());
    Optional<KmsKey> before = target(tx, call, draft);
    if (tx.halfMade().isMaterialKnown(check.hex())) {
      throw new ProblemException(
          ErrorCode.KEY_MATERIAL_IN_USE,
          "this material is or was the KEK of another version here, maybe of one that was"
              + " destroyed; bring fresh material");
    }
    approvals.require(tx, call, matter(draft, job, before));
  }

  private static ApprovalMatter matter(
      MaterialDraft draft, ImportJob job, Optional<KmsKey> before) {
    KeyDraft key = draft.key().or(() -> before.map(KmsKey::draft)).orElseThrow();
    return new ApprovalMatter(
        before.map(KmsKey::id).orElse(job.id()).toString(),
        before.map(KmsKey::stamp).orElse(job.stamp()).revision(),
        Set.of(key.environment()),
        Set.of(),
        Set.of(),
        List.of(
            (before.isEmpty() ? "+ key: " : "+ version of: ")
                + key.alias()
                + " ("
                + key.environment().wireName()
                + ", "
                + key.dataClass().wireName()
                + ", "
                + key.protection()
                + ")",
            "+ owner: " + key.owner(),
            "+ exportable: " + key.exportable(),
            "+ keyCheckValue: " + draft.checkValue(),
            "+ import: " + job.id(),
            "+ unwrapped through: " + job.wrapping().through()));
  }
}
