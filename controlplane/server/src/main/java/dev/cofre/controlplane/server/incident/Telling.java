package dev.cofre.controlplane.server.incident;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.Incident;
import dev.cofre.controlplane.domain.IncidentStep;
import dev.cofre.controlplane.domain.IncidentStep.Action;
import dev.cofre.controlplane.domain.Notice;
import dev.cofre.controlplane.server.alert.Alerts;
import dev.cofre.controlplane.server.store.Store;
import dev.cofre.controlplane.server.store.Transaction;
import dev.cofre.documents.alert.Alert;
import dev.cofre.documents.alert.RuleRun;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells those who answer for what leaked: by a notice that the store keeps, and by an alert. Both
 * are told once, however often this is done. Thread-safe; blocks.
 */
final class Telling {
  /** What stands in the place of a rule's name. */
  static final String ALERT = "leak";

  private final Store store;
  private final Alerts alerts;

  Telling(Store store, Alerts alerts) {
    this.store = store;
    this.alerts = alerts;
  }

  /**
   * Sends the alert of {@code step}.
   *
   * @return what was done, for people
   * @throws ProblemException {@code overloaded} when the alert could not be kept, to be sent later
   */
  String send(Incident incident, IncidentStep step) {
    String owner =
        store.read(tx -> Targets.owner(tx, incident.tenant(), step.subject())).orElse(null);
    Map<String, String> subject = new LinkedHashMap<>();
    subject.put(field(incident, step.subject()), step.subject());
    if (owner != null) {
      subject.put("owner", owner);
    }
    Alert alert =
        RuleRun.told(
            ALERT,
            "A credential leaked"
                + (owner == null ? "" : " that " + owner + " answers for")
                + ". What is done, what is left to do and who read it: ./cofre incident show "
                + incident.id(),
            subject,
            incident.openedAt(),
            incident.draft().since(),
            text(incident, step.subject()),
            incident.id().toString());
    List<String> channels;
    try {
      channels = alerts.raise(alert);
    } catch (IOException e) {
      throw new ProblemException(ErrorCode.OVERLOADED, e.getMessage());
    }
    String who = owner == null ? "" : owner + " has a notice; ";
    if (!alerts.isOn()) {
      return who + "NO ALERT WAS SENT: alerts are off on this control plane";
    }
    return who
        + (channels.isEmpty()
            ? "NO ALERT WAS SENT: there is no channel; it is in alert list alone"
            : "an alert goes by " + String.join(", ", channels) + " (alert list tells how far)");
  }

  /** Writes the notice of {@code step}. */
  static void keep(Transaction tx, Incident incident, IncidentStep step) {
    tx.notices()
        .tell(
            Notice.Kind.SECRET_LEAKED,
            incident.tenant(),
            step.subject() + ": incident " + incident.id(),
            Targets.owner(tx, incident.tenant(), step.subject()).orElse(null),
            incident.openedAt());
  }

  private static String field(Incident incident, String subject) {
    if (subject.contains("/")) {
      return "role";
    }
    return isPrincipal(incident, subject) ? "principal" : Alert.SECRET;
  }

  /** A secret that a principal read may have its name. */
  private static boolean isPrincipal(Incident incident, String subject) {
    return incident.draft().kind() == Incident.Kind.PRINCIPAL
        && subject.equals(incident.draft().subject());
  }

  private String text(Incident incident, String subject) {
    String leaked =
        incident.draft().kind().wireName()
            + " "
            + incident.draft().subject()
            + " leaked, as "
            + incident.openedBy()
            + " told"
            + (incident.draft().reason().isEmpty() ? "" : ": " + incident.draft().reason());
    List<IncidentStep> steps = store.read(tx -> tx.incidents().steps(incident.id()));
    String what =
        steps.stream()
            .filter(step -> step.subject().equals(subject))
            .map(
                step ->
                    step.action() == Action.RENEW
                        ? "change it where it opens something, then write another value: ./cofre"
                            + " secret put "
                            + subject
                        : step.action() == Action.ROTATE
                            ? "the vault rotates it twice; end sessions in the system that were"
                                + " open before"
                            : "")
            .filter(text -> !text.isEmpty())
            .findFirst()
            .orElse("credentials of it are ended");
    return leaked + "; " + what;
  }
}
