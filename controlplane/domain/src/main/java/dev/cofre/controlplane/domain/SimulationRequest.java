package dev.cofre.controlplane.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Questions to be answered as if drafts were in force, or all that was decided in the last days.
 * Immutable.
 *
 * @param drafts policies that are not kept, each in place of the one with its name; none: the
 *     questions are about what is in force
 * @param history what to replay; empty: only the questions are answered
 */
public record SimulationRequest(
    List<PolicyDocument> drafts, List<AccessQuestion> questions, Optional<History> history) {
  private static final int QUESTIONS_MAX = 100;
  private static final int DRAFTS_MAX = 1_000;
  private static final int DAYS_MAX = 3_653;
  private static final int TIMEOUT_MS_MAX = 100_000;
  private static final int TIMEOUT_MS_DEFAULT = 30_000;

  /**
   * What was decided lately.
   *
   * @param days how many days of it
   * @param timeoutMs how long it may take
   */
  public record History(long days, long timeoutMs) {}

  /** Takes a copy. */
  public SimulationRequest {
    drafts = List.copyOf(drafts);
    questions = List.copyOf(questions);
  }

  /**
   * Reads the document of a simulation.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static SimulationRequest read(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    List<PolicyDocument> drafts = new ArrayList<>();
    DocumentFields draft = fields.object("policy");
    if (draft != null) {
      drafts.add(PolicyReader.read(draft));
    }
    for (DocumentFields one : fields.objects("policies", DRAFTS_MAX)) {
      drafts.add(PolicyReader.read(one));
    }
    if (drafts.stream().map(PolicyDocument::name).distinct().count() < drafts.size()) {
      fields.wrong("policies", "has two of one name");
    }
    List<AccessQuestion> questions = new ArrayList<>();
    for (DocumentFields question : fields.objects("questions", QUESTIONS_MAX)) {
      questions.add(AccessQuestion.read(question));
      question.endNested();
    }
    History history = null;
    DocumentFields past = fields.object("history");
    if (past != null) {
      history =
          new History(
              past.number("days", 1, 1, DAYS_MAX),
              past.number("timeoutMs", TIMEOUT_MS_DEFAULT, 1, TIMEOUT_MS_MAX));
      past.endNested();
    }
    fields.end();
    return new SimulationRequest(drafts, questions, Optional.ofNullable(history));
  }
}
