package dev.skiff.cli;

import dev.skiff.config.Flags;
import dev.skiff.config.Key;
import dev.skiff.config.Keys;
import dev.skiff.config.Kind;
import dev.skiff.config.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Gives {@code skiff run} an option for each key that there is. Any thread. */
final class RunOptions implements IModelTransformer {
  private static final String NOT = "The usual; against ";

  @Override
  public CommandSpec transform(CommandSpec command) {
    for (Key key : Keys.list()) {
      if (key.kind() == Kind.SWITCH && key.hasFlag()) {
        command.addOption(OptionSpec.builder(key.flag()).description(NOT + key.noFlag()).build());
        command.addOption(OptionSpec.builder(key.noFlag()).description(key.meaning()).build());
      } else if (key.hasFlag()) {
        command.addOption(option(key));
      }
    }
    for (Table table : Table.values()) {
      if (!table.help().isEmpty()) {
        command.addOption(
            OptionSpec.builder(table.flag())
                .paramLabel("SPEC")
                .description(table.help())
                .type(table == Table.DEVICE ? List.class : String.class)
                .build());
      }
    }
    return command;
  }

  private static OptionSpec option(Key key) {
    return OptionSpec.builder(key.flag())
        .paramLabel(key.label())
        .description(key.meaning())
        .type(
            switch (key.kind()) {
              case TEXTS -> List.class;
              case NUMBER -> Integer.class;
              default -> String.class;
            })
        .build();
  }

  /** What they were given. */
  static Flags flags(ParseResult parsed) {
    Map<String, List<String>> given = new LinkedHashMap<>();
    for (OptionSpec option : parsed.matchedOptions()) {
      boolean isFlag = option.arity().max() == 0;
      given.put(option.longestName(), isFlag ? List.of(Kind.ON) : option.stringValues());
    }
    return new Flags(given);
  }
}
