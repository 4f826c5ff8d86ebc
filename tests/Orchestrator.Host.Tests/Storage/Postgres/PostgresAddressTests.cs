using Orchestrator.Host.Serving;
using Orchestrator.Host.Storage.Postgres;

namespace Orchestrator.Host.Tests.Storage.Postgres;

public sealed class PostgresAddressTests
{
    [Fact]
    public void Address_as_uri_has_all_its_parts()
    {
        var address = PostgresAddress.Parse("postgres://us%40er:p%3Aw@db.example.net:5433/jobs?sslmode=Require&Timeout=3");

        Assert.Equal(("db.example.net", 5433, "jobs"), (address.Host, address.Port, address.Database));
        Assert.Equal(("us@er", "p:w"), (address.Username, address.Password));
        Assert.Equal((Npgsql.SslMode.Require, 3, "orchestrator"), (address.SslMode, address.Timeout, address.SearchPath));
    }

    [Fact]
    public void Address_as_uri_may_name_a_socket_directory() =>
        Assert.Equal("/run/postgresql", PostgresAddress.Parse("postgresql://x/jobs?host=/run/postgresql").Host);

    [Theory]
    [InlineData("disable", Npgsql.SslMode.Disable)]
    [InlineData("verify-ca", Npgsql.SslMode.VerifyCA)]
    [InlineData("verify-full", Npgsql.SslMode.VerifyFull)]
    [InlineData("VerifyFull", Npgsql.SslMode.VerifyFull)]
    public void Encryption_is_asked_for_in_libpqs_words(string mode, Npgsql.SslMode expected) =>
        Assert.Equal(expected, PostgresAddress.Parse($"postgres://db.example.net/jobs?sslmode={mode}").SslMode);

    [Fact]
    public void Npgsqls_own_form_is_taken_as_it_is()
    {
        var address = PostgresAddress.Parse("Host=db;Database=jobs;Username=me;Search Path=mine");

        Assert.Equal(("db", "jobs", "me", "mine"), (address.Host, address.Database, address.Username, address.SearchPath));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("Database=jobs")]
    [InlineData("Host=db;Nonsense=1")]
    [InlineData("postgres://")]
    [InlineData("postgres://db/jobs?nonsense=1")]
    public void What_is_neither_is_refused_with_what_to_write(string text) =>
        Assert.Contains("postgres://USER@HOST/DATABASE", Assert.Throws<ServeException>(() => PostgresAddress.Parse(text)).Message, StringComparison.Ordinal);
}
