/** Templates that place values into files of a format, whatever the values are. */
package dev.cofre.cli.template;
