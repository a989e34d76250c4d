package dev.cofre.cli.agent;

import dev.cofre.cli.run.SecretFile;
import dev.cofre.cli.template.Format;
import dev.cofre.cli.template.Template;
import dev.cofre.cli.template.Template.Values;
import dev.cofre.cli.template.UnfitValueException;
import java.util.Set;
import java.util.TreeSet;

/**
 * A file that is kept up to date. Immutable.
 *
 * @param path within the folder
 * @param template null when the file is one value as it is
 * @param value the one value; null with a template
 * @param onChange null for nothing
 */
record KeptFile(
    String path,
    Format format,
    Template template,
    Template.Place value,
    SecretFile.Access access,
    OnChange onChange) {
  /** The sources that it needs. */
  Set<String> sources() {
    Set<String> names = new TreeSet<>();
    if (value != null) {
      names.add(value.source());
    } else {
      template.places().forEach(place -> names.add(place.source()));
    }
    return names;
  }

  /** Its content, for the caller to overwrite. */
  byte[] render(Values values) throws UnfitValueException {
    return value != null
        ? values.get(value.source(), value.field())
        : template.render(format, values);
  }
}
