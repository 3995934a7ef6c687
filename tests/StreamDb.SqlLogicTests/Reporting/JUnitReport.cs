using System.Globalization;
using System.Text;
using System.Xml;
using StreamDb.SqlLogicTests.Running;

namespace StreamDb.SqlLogicTests.Reporting;

/// <summary>JUnit XML: a suite per script; a case per failed or skipped record and one for all that passed.</summary>
public static class JUnitReport
{
    public static void Write(string path, IReadOnlyList<ScriptResult> results)
    {
        using XmlWriter xml = XmlWriter.Create(path, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false) });
        xml.WriteStartElement("testsuites");
        foreach (ScriptResult result in results)
        {
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", result.Script.Name);
            xml.WriteAttributeString("tests", Text(result.Records.Count(r => r.Outcome != RecordOutcome.NotApplicable)));
            xml.WriteAttributeString("failures", Text(result.Records.Count(r => r.Outcome == RecordOutcome.Failed)));
            xml.WriteAttributeString("skipped", Text(result.Records.Count(r => r.Outcome == RecordOutcome.Skipped)));
            xml.WriteAttributeString("time", result.Duration.TotalSeconds.ToString("F3", CultureInfo.InvariantCulture));
            int passed = result.Records.Count(r => r.Outcome is RecordOutcome.Passed or RecordOutcome.Better);
            if (passed > 0)
            {
                Case(xml, result, $"{passed} records passed");
                xml.WriteEndElement();
            }

            foreach (RecordResult record in result.Records)
            {
                WriteRecord(xml, result, record);
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void WriteRecord(XmlWriter xml, ScriptResult result, RecordResult record)
    {
        if (record.Outcome is not (RecordOutcome.Failed or RecordOutcome.Skipped))
        {
            return;
        }

        Case(xml, result, record.Key);
        xml.WriteStartElement(record.Outcome == RecordOutcome.Failed ? "failure" : "skipped");
        xml.WriteAttributeString("message", Printable(record.Reason));
        xml.WriteString(Printable(record.Detail));
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static void Case(XmlWriter xml, ScriptResult result, string name)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", result.Script.Name);
        xml.WriteAttributeString("name", name);
    }

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);

    /// <summary>XML 1.0 has no place for most control characters, whatever a server may return.</summary>
    private static string Printable(string text)
    {
        StringBuilder result = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            result.Append(rune.Value is '\n' or '\t' or >= 0x20 and not (0xfffe or 0xffff) ? rune.ToString() : "?");
        }

        return result.ToString();
    }
}
