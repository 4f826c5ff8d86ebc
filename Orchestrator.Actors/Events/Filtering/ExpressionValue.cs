using System.Globalization;
using System.Text;

namespace Orchestrator.Actors.Events.Filtering;

/// <summary>What a value is.</summary>
internal enum ExpressionKind
{
    /// <summary>The event has no such thing.</summary>
    Missing,

    /// <summary>There, and comparable with nothing: null, an object, an array, a number of more than 28 digits.</summary>
    Opaque,

    /// <summary>Text, compared by its UTF-16 code units.</summary>
    Text,

    /// <summary>A number, whole or not.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A moment.</summary>
    Time,
}

/// <summary>A value that an <see cref="EventExpression"/> compares.</summary>
internal readonly record struct ExpressionValue(ExpressionKind Kind, string? Text = null, decimal Number = 0, DateTimeOffset Time = default)
{
    public static readonly ExpressionValue Missing;
    public static readonly ExpressionValue Opaque = new(ExpressionKind.Opaque);
    public static readonly ExpressionValue True = new(ExpressionKind.Boolean, Number: 1);
    public static readonly ExpressionValue False = new(ExpressionKind.Boolean);

    public bool IsTrue => OrderTo(True) == 0;

    public static ExpressionValue Of(string? text) => text is null ? Missing : new(ExpressionKind.Text, text);

    public static ExpressionValue Of(decimal number) => new(ExpressionKind.Number, Number: number);

    public static ExpressionValue Of(bool value) => value ? True : False;

    public static ExpressionValue Of(DateTimeOffset time) => new(ExpressionKind.Time, Time: time);

    /// <summary>As another kind, where its text means one; else as it is.</summary>
    public ExpressionValue As(ExpressionKind kind) => (Kind, kind) switch
    {
        (ExpressionKind.Text, ExpressionKind.Number) when decimal.TryParse(Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) => Of(number),
        (ExpressionKind.Text, ExpressionKind.Boolean) when bool.TryParse(Text, out var value) => Of(value),
        (ExpressionKind.Text, ExpressionKind.Time) when DateTimeOffset.TryParse(Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => Of(time),
        _ => this,
    };

    /// <summary>Less than 0 if it comes before the other, 0 if they are equal; <see langword="null"/> if they have no order, or are different truths.</summary>
    public int? OrderTo(in ExpressionValue other)
    {
        var (left, right) = (As(other.Kind), other.As(Kind));
        return left.Kind != right.Kind ? null : left.Kind switch
        {
            ExpressionKind.Text => string.CompareOrdinal(left.Text, right.Text),
            ExpressionKind.Number => left.Number.CompareTo(right.Number),
            ExpressionKind.Boolean => left.Number == right.Number ? 0 : null,
            ExpressionKind.Time => left.Time.CompareTo(right.Time),
            _ => null,
        };
    }

    /// <summary>For <c>LIKE</c>; <see langword="null"/> for what has no text.</summary>
    public string? AsText() => Kind switch
    {
        ExpressionKind.Text => Text,
        ExpressionKind.Number => Number.ToString(CultureInfo.InvariantCulture),
        ExpressionKind.Boolean => Number == 1 ? "true" : "false",
        ExpressionKind.Time => Time.ToString("O", CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>As a literal.</summary>
    public void Print(StringBuilder text)
    {
        if (Kind is ExpressionKind.Text or ExpressionKind.Time)
            text.Append('\'').Append(AsText()!.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)).Append('\'');
        else
            text.Append(Kind == ExpressionKind.Boolean ? AsText()!.ToUpperInvariant() : AsText());
    }
}
