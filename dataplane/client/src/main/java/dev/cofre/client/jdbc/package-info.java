/** JDBC by credentials that change: {@link dev.cofre.client.jdbc.CofreDataSource}. */
package dev.cofre.client.jdbc;
