package dev.cofre.controlplane.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Questions to be answered as if a draft were in force. Immutable.
 *
 * @param draft a policy that is not kept; null: the questions are about what is in force
 */
public record SimulationRequest(PolicyDocument draft, List<AccessQuestion> questions) {
  private static final int QUESTIONS_MAX = 100;

  /** Takes a copy. */
  public SimulationRequest {
    questions = List.copyOf(questions);
  }

  /**
   * Reads the document of a simulation.
   *
   * @throws InvalidDocumentException naming every field that is wrong, missing or unknown
   */
  public static SimulationRequest read(Map<String, ?> document) {
    DocumentFields fields = new DocumentFields(document);
    DocumentFields draft = fields.object("policy");
    PolicyDocument policy = draft == null ? null : PolicyReader.read(draft);
    List<AccessQuestion> questions = new ArrayList<>();
    for (DocumentFields question : fields.objects("questions", QUESTIONS_MAX)) {
      questions.add(AccessQuestion.read(question));
      question.endNested();
    }
    fields.end();
    return new SimulationRequest(policy, questions);
  }
}
