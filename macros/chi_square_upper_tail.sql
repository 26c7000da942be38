{#
    The probability that a chi-square variable exceeds `statistic`, for 1 to 20
    degrees of freedom, null for others. `two_tails` is a column with twice the
    upper normal tail of the statistic's square root, which odd degrees need.

    Call:   {{ cdp_activate.chi_square_upper_tail('chi_square', 'df', 'two_tails') }}
    Output: case df when 1 then two_tails when 2 then exp(...) ... end

    The finite sums 26.4.4 and 26.4.5 of Abramowitz and Stegun's Handbook of
    Mathematical Functions. Beyond 1,400 the probability is nothing.
#}
{% macro chi_square_upper_tail(statistic, degrees, two_tails) %}
    {%- set x =
        '(case when ' ~ statistic ~ ' > 1400 then 1400 else ' ~ statistic ~ ' end)'
    -%}
    {%- set branches = [] -%}
    {%- for df in range(1, 21) -%}
        {%- set sum = namespace(terms=[], divisor=1) -%}
        {%- if df % 2 == 0 -%}
            {%- for i in range(df // 2) -%}
                {%- if i > 0 -%}{%- set sum.divisor = sum.divisor * 2 * i -%}{%- endif -%}
                {%- do sum.terms.append(
                    'power(' ~ x ~ ', ' ~ i ~ ') / ' ~ sum.divisor
                ) -%}
            {%- endfor -%}
            {%- set value =
                'exp(-0.5 * ' ~ x ~ ') * (' ~ sum.terms | join(' + ') ~ ')' -%}
        {%- else -%}
            {%- for i in range((df - 1) // 2) -%}
                {%- set sum.divisor = sum.divisor * (2 * i + 1) -%}
                {%- do sum.terms.append(
                    'power(' ~ x ~ ', ' ~ i ~ ') / ' ~ sum.divisor
                ) -%}
            {%- endfor -%}
            {%- set value = two_tails -%}
            {%- if sum.terms -%}
                {%- set value = value ~ ' + sqrt(0.6366197723675814 * ' ~ x
                    ~ ') * exp(-0.5 * ' ~ x ~ ') * ('
                    ~ sum.terms | join(' + ') ~ ')' -%}
            {%- endif -%}
        {%- endif -%}
        {%- do branches.append('when ' ~ df ~ ' then ' ~ value) -%}
    {%- endfor -%}
    {{- return('case ' ~ degrees ~ ' ' ~ branches | join(' ') ~ ' end') -}}
{% endmacro %}
