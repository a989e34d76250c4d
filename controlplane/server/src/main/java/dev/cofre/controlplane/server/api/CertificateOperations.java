package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.CERTIFICATE_ISSUE;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CertificateDraft;
import dev.cofre.controlplane.domain.CertificateRole;
import dev.cofre.controlplane.domain.IssuedCertificate;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.controlplane.server.x509.CertificateIssuer;
import dev.cofre.controlplane.server.x509.CertificateIssuer.Prepared;
import dev.cofre.controlplane.server.x509.CertificateIssuer.Subject;
import dev.cofre.controlplane.server.x509.GeneratedKey;
import dev.cofre.controlplane.server.x509.SigningRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The route by which workloads get certificates. Thread-safe. */
final class CertificateOperations {
  private final SecretWriting writing;
  private final CertificateIssuer issuer;

  CertificateOperations(SecretWriting writing, CertificateIssuer issuer) {
    this.writing = writing;
    this.issuer = issuer;
  }

  List<Route> routes() {
    return List.of(Route.withDocument(POST, "/v1/certificates", CERTIFICATE_ISSUE, this::issue));
  }

  private Answer issue(Call call) {
    CertificateDraft draft = CertificateDraft.read(call.document());
    call.subject(CertificateRole.grantName(draft.authority(), draft.role()));
    Optional<Answer> before = writing.store().read(tx -> writing.repeated().find(tx, call));
    if (before.isPresent()) {
      requireNoKey(before.get());
      writing.audit().allowed(call);
      return before.get();
    }
    // Work is done for those alone who have a grant.
    CertificateRole role = writing.store().read(tx -> issuer.required(tx, call.principal(), draft));
    if (draft.csr() != null) {
      SigningRequest request =
          SigningRequest.read(draft.csr(), Set.copyOf(role.draft().keyTypes()));
      Subject subject = new Subject(request.publicKey(), request.keyType(), request.names(), false);
      return Answer.json(200, issued(call, draft, subject));
    }
    return generated(call, draft);
  }

  private Answer generated(Call call, CertificateDraft draft) {
    try (GeneratedKey key = GeneratedKey.of(draft.keyType())) {
      JsonObject issued =
          issued(call, draft, new Subject(key.publicKey(), draft.keyType(), draft.names(), true));
      byte[] base64 = key.base64();
      try {
        return Answer.secret(CertificateAnswers.withKey(issued, base64));
      } finally {
        Arrays.fill(base64, (byte) 0);
      }
    }
  }

  private JsonObject issued(Call call, CertificateDraft draft, Subject subject) {
    Prepared prepared =
        writing
            .store()
            .change(
                tx -> {
                  writing.repeated().find(tx, call).ifPresent(CertificateOperations::answeredNow);
                  writing.repeated().begin(tx, call);
                  return issuer.begin(tx, call.principal(), draft, subject);
                });
    byte[] der;
    try {
      der = issuer.sign(prepared);
    } catch (RuntimeException e) {
      forget(call);
      throw e;
    }
    try {
      return writing.store().change(tx -> end(tx, call, prepared, der));
    } catch (RuntimeException e) {
      giveUp(call, prepared.certificate(), e);
      forget(call);
      throw e;
    }
  }

  private void giveUp(Call call, IssuedCertificate certificate, RuntimeException why) {
    try {
      issuer.giveUp(
          certificate,
          () -> writing.audit().gaveUp(call, certificate.id() + " " + certificate.serial()));
    } catch (RuntimeException e) {
      why.addSuppressed(e);
    }
  }

  private JsonObject end(Transaction tx, Call call, Prepared prepared, byte[] der) {
    IssuedCertificate ahead = prepared.certificate();
    CertificateIssuer.requireTime(ahead, tx.now());
    if (!tx.certificates().activate(ahead.id(), CertificateAnswers.sha256(der))) {
      throw new ProblemException(ErrorCode.OVERLOADED, "it took too long; try again");
    }
    JsonObject issued =
        CertificateAnswers.issued(
            tx.certificates().find(ahead.id()).orElseThrow(), der, prepared.authority());
    writing.repeated().end(tx, call, Answer.json(200, issued));
    call.subject(call.subject() + " " + ahead.id() + " " + ahead.serial());
    writing.audit().allowed(call);
    return issued;
  }

  /** A private key is kept nowhere, so a repetition cannot be answered with the first answer. */
  private static void requireNoKey(Answer before) {
    JsonObject first = new JsonObject(Buffer.buffer(before.body()));
    if (first.getBoolean("generatedKey")) {
      throw new ProblemException(
          ErrorCode.CONFLICT,
          "the first request with this Idempotency-Key made the certificate "
              + first.getString("id")
              + ", whose private key is kept nowhere: revoke it and take a fresh key");
    }
  }

  private static void answeredNow(Answer before) {
    throw new ProblemException(
        ErrorCode.CONFLICT, "the same request was answered at this moment; send it again");
  }

  private void forget(Call call) {
    writing
        .store()
        .note(
            tx -> {
              writing.repeated().forget(tx, call);
              return null;
            });
  }
}
