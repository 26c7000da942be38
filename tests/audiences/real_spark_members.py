"""Asks a real Spark for the members of audiences; runs in an environment of its own.

    python real_spark_members.py FOLDER

FOLDER has `cases.json`: each case the folder of its tables, as Parquet, and the SQL to run. What
Spark answers, a list of keys and variants or the text of an error, becomes `answers.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

SETTINGS = {
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.session.timeZone": "Pacific/Apia",  # no answer may depend on it
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.ui.enabled": "false",
}


def main(folder: Path) -> None:
    from pyspark.sql import SparkSession
    from pyspark.sql.functions import try_parse_json

    spark = SparkSession.builder.master("local[2]").config(map=SETTINGS).getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    answers, opened = [], None
    for case in json.loads((folder / "cases.json").read_text()):
        if opened != case["tables"]:
            opened = case["tables"]
            for path in (folder / opened).glob("*.parquet"):
                table = spark.read.parquet(str(path))
                for column in case["json"].get(path.stem, ()):
                    table = table.withColumn(column, try_parse_json(column))
                table.createOrReplaceTempView(f"`{path.stem}`")
        try:
            answers.append([list(row) for row in spark.sql(case["sql"]).collect()])
        except Exception as error:
            answers.append(f"{type(error).__name__}: {str(error)[:1000]}")
    (folder / "answers.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
